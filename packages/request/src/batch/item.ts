import type { Call } from '../call/call.ts'
import type { MapKey } from '../share/call-key.ts'

/** What items are under way with, or what they wait for to be loaded again. */
export interface GroupRun {
  /** The call of `loadMany`, while there is one. */
  readonly call?: Call | undefined
  /** Nobody waits for one of its items any more. */
  leave(reason: unknown): void
}

/**
 * Items that wait at one level of urgency, or that were sent together: what holds for all of them is said once, so that most batches
 * are sent without a look at their items.
 */
export interface Group {
  /** The level they wait at: index of their priority; or `SENT`. */
  level: number
  /** The run they were sent with, or what stands in for it between two attempts. */
  run: GroupRun | undefined
}

/** A key that is to be loaded, and those who wait for it. */
export interface Item<Key> {
  readonly key: Key
  /** What it is found by. */
  readonly id: MapKey
  readonly promise: Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  group: Group
  /** How many wait for it. One that cannot leave is never subtracted. */
  waiters: number
  /** Answered, forgotten, or given up by all: no longer to be found. */
  isOver: boolean
}

/** What goes out together. */
export interface KeyBatch<Key> {
  readonly group: Group
  readonly items: readonly Item<Key>[]
  /** Of the items, in their order. */
  readonly keys: readonly Key[]
}

/** The level of items that were sent, and may be joined. */
export const SENT = -1

/**
 * Makes an item. A literal, not a class: the shape of a literal lives as long as its code, while that of a class is
 * forgotten when a garbage collection finds no instance, and with it what was optimized for it; that is between any two
 * bursts of loads.
 */
export function createItem<Key>(key: Key, id: MapKey, group: Group): Item<Key> {
  let resolve!: (value: unknown) => void
  let reject!: (error: unknown) => void
  const promise = new Promise((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  return { key, id, promise, resolve, reject, group, waiters: 0, isOver: false }
}

/** Puts items into a group of their own, as sent. */
export function regroup<Key>(items: readonly Item<Key>[], run?: GroupRun): Group {
  const group: Group = { level: SENT, run }
  for (const item of items) item.group = group
  return group
}

/** Makes items go out together. */
export function batchOf<Key>(items: readonly Item<Key>[]): KeyBatch<Key> {
  return { group: regroup(items), items, keys: items.map(({ key }) => key) }
}
