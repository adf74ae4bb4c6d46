/**
 * Keys that wait to be sent, the most urgent first. One that becomes more urgent is added again further up, and skipped
 * where it was, so nothing is ever searched for.
 */
import { type Group, type Item, type KeyBatch, batchOf, SENT } from './item.ts'
import { PRIORITIES } from '../call/priority.ts'

/** Keys that wait. */
export interface WaitingKeys<Key> {
  readonly size: number
  /** The group of those that wait at a level now. */
  groupOf(level: number): Group
  /** Adds an item to the level of its group. */
  add(item: Item<Key>): void
  /** Moves an item up when it is more urgent now. */
  raise(item: Item<Key>, level: number): void
  /** One that waits is no longer to be sent; it is marked as over, and skipped. */
  left(): void
  /** Takes the most urgent ones out. */
  take(max: number): KeyBatch<Key>
}

/** Fewer that are to be skipped are left alone. */
const MIN_SWEPT = 64

interface Level<Key> {
  group: Group
  items: Item<Key>[]
  keys: Key[]
  /** Index of the first that was not taken yet: to move the rest for each batch would be expensive for many batches. */
  head: number
}

/** Makes empty levels. */
export function createWaitingKeys<Key>(): WaitingKeys<Key> {
  const levels = PRIORITIES.map((_, index): Level<Key> => emptyLevel(index))
  let size = 0
  /** How much there may be to skip, at most. */
  let marked = 0

  /** From a level in which nothing is to be skipped. */
  function takeFrom(level: Level<Key>, max: number): KeyBatch<Key> {
    const { group, items, keys, head } = level
    if (head === 0 && items.length <= max) {
      Object.assign(level, emptyLevel(group.level))
      group.level = SENT
      return { group, items, keys }
    }
    advance(level, Math.min(items.length, head + max))
    return batchOf(items.slice(head, head + max))
  }

  function takeEach(max: number): KeyBatch<Key> {
    const taken: Item<Key>[] = []
    for (const level of levels) {
      let { head } = level
      for (; head < level.items.length && taken.length < max; head++) {
        const item = level.items[head] as Item<Key>
        if (waitsIn(level, item)) taken.push(item)
      }
      advance(level, head)
    }
    return batchOf(taken)
  }

  function sweep(): void {
    for (const level of levels)
      refill(
        level,
        level.items.slice(level.head).filter((item) => waitsIn(level, item)),
      )
    marked = 0
  }

  return {
    get size() {
      return size
    },
    groupOf: (level) => (levels[level] as Level<Key>).group,
    add(item) {
      size++
      push(levels[item.group.level] as Level<Key>, item)
    },
    raise(item, index) {
      if (index >= item.group.level) return
      marked++
      const level = levels[index] as Level<Key>
      item.group = level.group
      push(level, item)
    },
    left() {
      marked++
      size--
      // What is skipped must not pile up while nothing is taken.
      if (size === 0 || (marked >= MIN_SWEPT && marked > size)) sweep()
    },
    take(max) {
      // Most keys are equally urgent.
      const only = marked === 0 ? levels.find(({ items, head }) => items.length - head === size) : undefined
      const taken = only === undefined ? takeEach(max) : takeFrom(only, max)
      size -= taken.items.length
      // What is to be skipped is all that is left. Without it, what comes next is taken whole again.
      if (size === 0 && marked > 0) sweep()
      return taken
    },
  }
}

function emptyLevel<Key>(index: number): Level<Key> {
  return { group: { level: index, run: undefined }, items: [], keys: [], head: 0 }
}

function push<Key>(level: Level<Key>, item: Item<Key>): void {
  level.items.push(item)
  level.keys.push(item.key)
}

/** Whether an item is not to be skipped there. */
function waitsIn<Key>({ group }: Level<Key>, item: Item<Key>): boolean {
  return item.group === group && !item.isOver
}

/** What was taken is released when it is the larger part. */
function advance<Key>(level: Level<Key>, head: number): void {
  if (head * 2 < level.items.length) level.head = head
  else refill(level, level.items.slice(head))
}

function refill<Key>(level: Level<Key>, items: Item<Key>[]): void {
  level.items = items
  level.keys = items.map(({ key }) => key)
  level.head = 0
}
