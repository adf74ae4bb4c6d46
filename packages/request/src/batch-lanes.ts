/**
 * Keys that wait to be sent, the most urgent first. One that becomes more urgent is added again further up, and skipped
 * where it was, so nothing is ever searched for.
 */
import { type Item, SENT } from './batch-item.ts'
import { PRIORITIES } from './options.ts'

/** Keys that wait. */
export interface BatchLanes<Key> {
  readonly size: number
  add(item: Item<Key>): void
  /** Moves an item up when it is more urgent now. */
  raise(item: Item<Key>, lane: number): void
  /** One that waits is no longer to be sent; it is marked as over, and skipped. */
  left(): void
  /** Takes the most urgent ones out; they are to be marked as sent. */
  take(max: number): Item<Key>[]
}

/** Fewer that are to be skipped are left alone. */
const MIN_SWEPT = 64

/** Makes empty lanes. */
export function createBatchLanes<Key>(): BatchLanes<Key> {
  const lanes: Item<Key>[][] = PRIORITIES.map(() => [])
  let size = 0
  /** How much there may be to skip, at most. */
  let marked = 0

  function takeWhole(index: number): Item<Key>[] {
    const lane = lanes[index] as Item<Key>[]
    lanes[index] = []
    size -= lane.length
    return lane
  }

  function takeSome(max: number): Item<Key>[] {
    const taken: Item<Key>[] = []
    for (let index = 0; index < lanes.length; index++) {
      const lane = lanes[index] as Item<Key>[]
      let looked = 0
      for (; looked < lane.length && taken.length < max; looked++) {
        const item = lane[looked] as Item<Key>
        if (item.lane !== index) continue
        // Marked at once, because it may stand in a lane below as well.
        item.lane = SENT
        taken.push(item)
      }
      lanes[index] = looked === lane.length ? [] : lane.slice(looked)
    }
    size -= taken.length
    if (size === 0) marked = 0
    return taken
  }

  function sweep(): void {
    for (const [index, lane] of lanes.entries()) lanes[index] = lane.filter((item) => item.lane === index)
    marked = 0
  }

  return {
    get size() {
      return size
    },
    add(item) {
      size++
      lanes[item.lane]?.push(item)
    },
    raise(item, lane) {
      if (lane >= item.lane) return
      marked++
      item.lane = lane
      lanes[lane]?.push(item)
    },
    left() {
      marked++
      size--
      // What is skipped must not pile up while nothing is taken.
      if (size === 0 || (marked >= MIN_SWEPT && marked > size)) sweep()
    },
    take(max) {
      // Most batches are one whole lane.
      const only = marked > 0 || size > max ? -1 : lanes.findIndex((lane) => lane.length === size)
      return only === -1 ? takeSome(max) : takeWhole(only)
    },
  }
}
