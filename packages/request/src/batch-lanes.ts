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

interface Lane<Key> {
  items: Item<Key>[]
  /** Where the first stands that was not taken yet: to move the rest for each batch would be dear for many batches. */
  head: number
}

/** Makes empty lanes. */
export function createBatchLanes<Key>(): BatchLanes<Key> {
  const lanes: Lane<Key>[] = PRIORITIES.map(() => ({ items: [], head: 0 }))
  let size = 0
  /** How much there may be to skip, at most. */
  let marked = 0

  /** From a lane in which nothing is to be skipped. */
  function takeFrom(lane: Lane<Key>, max: number): Item<Key>[] {
    const { items, head } = lane
    if (head === 0 && items.length <= max) {
      lane.items = []
      return items
    }
    const taken = items.slice(head, head + max)
    advance(lane, head + taken.length)
    return taken
  }

  function takeEach(max: number): Item<Key>[] {
    const taken: Item<Key>[] = []
    for (const [index, lane] of lanes.entries()) {
      let { head } = lane
      for (; head < lane.items.length && taken.length < max; head++) {
        const item = lane.items[head] as Item<Key>
        if (item.lane !== index) continue
        // Marked at once, because it may stand in a lane below as well.
        item.lane = SENT
        taken.push(item)
      }
      advance(lane, head)
    }
    return taken
  }

  function sweep(): void {
    for (const [index, lane] of lanes.entries()) {
      lane.items = lane.items.filter((item) => item.lane === index)
      lane.head = 0
    }
    marked = 0
  }

  return {
    get size() {
      return size
    },
    add(item) {
      size++
      lanes[item.lane]?.items.push(item)
    },
    raise(item, lane) {
      if (lane >= item.lane) return
      marked++
      item.lane = lane
      lanes[lane]?.items.push(item)
    },
    left() {
      marked++
      size--
      // What is skipped must not pile up while nothing is taken.
      if (size === 0 || (marked >= MIN_SWEPT && marked > size)) sweep()
    },
    take(max) {
      // Most keys are equally urgent.
      const only = marked === 0 ? lanes.find(({ items, head }) => items.length - head === size) : undefined
      const taken = only === undefined ? takeEach(max) : takeFrom(only, max)
      size -= taken.length
      // What is to be skipped may be all that is left, and would be taken for what comes next.
      if (size === 0 && marked > 0) sweep()
      return taken
    },
  }
}

/** What was taken is let go of when it is the larger part. */
function advance<Key>(lane: Lane<Key>, head: number): void {
  const isLarger = head * 2 >= lane.items.length
  if (isLarger) lane.items = lane.items.slice(head)
  lane.head = isLarger ? 0 : head
}
