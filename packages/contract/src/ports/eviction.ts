import type { Entry } from '../entry.ts'
import type { Random } from './clock.ts'

/**
 * What an eviction policy has to keep to. A policy that looks at them whenever it sets an entry keeps to them as they are
 * then: they are smaller while entries are retained beside it. One that cannot is shrunk from outside.
 */
export interface EvictionBounds {
  /** How many entries at most; `Infinity` where bytes alone bound them. */
  readonly maxEntries: number
  /** How many bytes at most. */
  readonly maxBytes: number
  /** For policies that choose at random. */
  readonly random: Random
}

/**
 * Port: the entries of a memory tier, and the choice of which go when there is no room. Within one call it may report
 * several evictions, never the key that is being set. See the conformance suite in `@hotpath/testkit`.
 */
export interface EvictionPolicy {
  /** Reads an entry, and counts it as used. */
  get(key: string): Entry | undefined
  /** Reads an entry without counting it as used. */
  peek(key: string): Entry | undefined
  /**
   * Stores or replaces an entry of so many bytes (at most `maxBytes`); a read right after it finds it.
   *
   * @param evicted - To be called for each key that has to go. It changes nothing here.
   */
  set(key: string, entry: Entry, bytes: number, evicted: (key: string) => void): void
  /**
   * Evicts until at most so many bytes are left; more, when nothing else is left than what is to be kept.
   *
   * @param keep - Whether a key has to stay.
   * @param evicted - To be called for each key that goes, once it has gone. It changes nothing here.
   */
  shrink(toBytes: number, keep: (key: string) => boolean, evicted: (key: string) => void): void
  /** Removes an entry; `false` when there is none. */
  delete(key: string): boolean
  /** Removes all entries. */
  clear(): void
  /** All entries, in any order. What is deleted meanwhile does not disturb it. */
  entries(): Iterable<readonly [key: string, entry: Entry]>
  /** How many entries there are. */
  readonly size: number
  /** How many bytes they take. */
  readonly bytes: number
}

/** Makes a policy for one memory tier: what `memory({ policy })` takes. */
export type EvictionPolicyMaker = (bounds: EvictionBounds) => EvictionPolicy
