/**
 * Keys that wait to be sent, the most urgent first. One that becomes more urgent is added again further up, and skipped
 * where it was, so nothing is ever searched for.
 */
import { type Group, type Item, type Parcel, parcelOf, SENT } from './item.ts'
import { PRIORITIES } from '../call/priority.ts'

/** Keys that wait. */
export interface BatchLanes<Key> {
  readonly size: number
  /** The group of those who wait in a lane now. */
  groupOf(lane: number): Group
  /** Adds an item to the lane of its group. */
  add(item: Item<Key>): void
  /** Moves an item up when it is more urgent now. */
  raise(item: Item<Key>, lane: number): void
  /** One that waits is no longer to be sent; it is marked as over, and skipped. */
  left(): void
  /** Takes the most urgent ones out. */
  take(max: number): Parcel<Key>
}

/** Fewer that are to be skipped are left alone. */
const MIN_SWEPT = 64

interface Lane<Key> {
  group: Group
  items: Item<Key>[]
  keys: Key[]
  /** Where the first stands that was not taken yet: to move the rest for each batch would be dear for many batches. */
  head: number
}

/** Makes empty lanes. */
export function createBatchLanes<Key>(): BatchLanes<Key> {
  const lanes = PRIORITIES.map((_, index): Lane<Key> => emptyLane(index))
  let size = 0
  /** How much there may be to skip, at most. */
  let marked = 0

  /** From a lane in which nothing is to be skipped. */
  function takeFrom(lane: Lane<Key>, max: number): Parcel<Key> {
    const { group, items, keys, head } = lane
    if (head === 0 && items.length <= max) {
      Object.assign(lane, emptyLane(group.lane))
      group.lane = SENT
      return { group, items, keys }
    }
    advance(lane, Math.min(items.length, head + max))
    return parcelOf(items.slice(head, head + max))
  }

  function takeEach(max: number): Parcel<Key> {
    const taken: Item<Key>[] = []
    for (const lane of lanes) {
      let { head } = lane
      for (; head < lane.items.length && taken.length < max; head++) {
        const item = lane.items[head] as Item<Key>
        if (waitsIn(lane, item)) taken.push(item)
      }
      advance(lane, head)
    }
    return parcelOf(taken)
  }

  function sweep(): void {
    for (const lane of lanes)
      refill(
        lane,
        lane.items.slice(lane.head).filter((item) => waitsIn(lane, item)),
      )
    marked = 0
  }

  return {
    get size() {
      return size
    },
    groupOf: (lane) => (lanes[lane] as Lane<Key>).group,
    add(item) {
      size++
      push(lanes[item.group.lane] as Lane<Key>, item)
    },
    raise(item, index) {
      if (index >= item.group.lane) return
      marked++
      const lane = lanes[index] as Lane<Key>
      item.group = lane.group
      push(lane, item)
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
      const parcel = only === undefined ? takeEach(max) : takeFrom(only, max)
      size -= parcel.items.length
      // What is to be skipped is all that is left. Without it, what comes next is taken whole again.
      if (size === 0 && marked > 0) sweep()
      return parcel
    },
  }
}

function emptyLane<Key>(index: number): Lane<Key> {
  return { group: { lane: index, carrier: undefined }, items: [], keys: [], head: 0 }
}

function push<Key>(lane: Lane<Key>, item: Item<Key>): void {
  lane.items.push(item)
  lane.keys.push(item.key)
}

/** Whether an item is not to be skipped there. */
function waitsIn<Key>({ group }: Lane<Key>, item: Item<Key>): boolean {
  return item.group === group && !item.isOver
}

/** What was taken is let go of when it is the larger part. */
function advance<Key>(lane: Lane<Key>, head: number): void {
  if (head * 2 < lane.items.length) lane.head = head
  else refill(lane, lane.items.slice(head))
}

function refill<Key>(lane: Lane<Key>, items: Item<Key>[]): void {
  lane.items = items
  lane.keys = items.map(({ key }) => key)
  lane.head = 0
}
