import type { Call } from './call.ts'
import type { MapKey } from './call-key.ts'
import { capture, rejectLast, resolveLast } from './settler.ts'

/** What an item is under way with, or what it waits for to be loaded again. */
export interface Carrier {
  /** The call of `loadMany`, while there is one. */
  readonly call?: Call | undefined
  /** Nobody waits for one of its items any more. */
  leave(reason: unknown): void
}

/** A key that is to be loaded, and those who wait for it. */
export interface Item<Key> {
  readonly key: Key
  /** What it is found by. */
  readonly id: MapKey
  readonly promise: Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  /** Where it waits: index of its priority, `SENT` or `OVER`. */
  lane: number
  /** How many wait for it. Who cannot leave is never subtracted. */
  waiters: number
  /** What it was sent with. */
  carrier: Carrier | undefined
}

/** Sent, and may be joined. */
export const SENT = -1
/** Answered, forgotten, or given up by all: no longer to be found. */
export const OVER = -2

/**
 * Makes an item. A literal, not a class: the shape of a literal lives as long as its code, while that of a class is
 * forgotten when a garbage collection finds no instance, and with it what was optimized for it; that is between any two
 * bursts of loads.
 */
export function createItem<Key>(key: Key, id: MapKey, lane: number): Item<Key> {
  const promise = new Promise(capture)
  return { key, id, promise, resolve: resolveLast, reject: rejectLast, lane, waiters: 0, carrier: undefined }
}
