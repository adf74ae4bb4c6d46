/**
 * Keys that wait to be sent, the most urgent first. One that becomes more urgent is added again further up, and skipped
 * where it was, so nothing is ever searched for.
 */
import { type Item, NO_LANE } from './batch-item.ts'
import { PRIORITIES } from './options.ts'

export class BatchLanes<Key> {
  readonly #lanes: Item<Key>[][] = PRIORITIES.map(() => [])
  #size = 0

  get size(): number {
    return this.#size
  }

  add(item: Item<Key>): void {
    this.#size++
    this.#lanes[item.lane]?.push(item)
  }

  /** Moves an item up when it is more urgent now. */
  raise(item: Item<Key>, lane: number): void {
    if (item.lane === NO_LANE || lane >= item.lane) return
    item.lane = lane
    this.#lanes[lane]?.push(item)
  }

  /** Nobody waits for it any more. */
  remove(item: Item<Key>): void {
    if (item.lane === NO_LANE) return
    item.lane = NO_LANE
    this.#size--
    // What is skipped must not pile up while nothing is taken.
    if (this.#size === 0) for (const lane of this.#lanes) lane.length = 0
  }

  /** Takes the most urgent ones out. */
  take(max: number): Item<Key>[] {
    const taken: Item<Key>[] = []
    for (const [index, lane] of this.#lanes.entries()) {
      let looked = 0
      for (; looked < lane.length && taken.length < max; looked++) {
        const item = lane[looked] as Item<Key>
        if (item.lane !== index) continue
        item.lane = NO_LANE
        taken.push(item)
      }
      if (looked === lane.length) this.#lanes[index] = []
      else if (looked > 0) this.#lanes[index] = lane.slice(looked)
    }
    this.#size -= taken.length
    return taken
  }
}
