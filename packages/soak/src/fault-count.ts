import type { Cache } from '@hotpath/core'

/** Counts what goes wrong in a cache: while the number stays the same, nothing did. */
export class FaultCount {
  readonly #cache: Cache
  #events = 0

  constructor(cache: Cache) {
    this.#cache = cache
    for (const type of ['fault', 'reset'] as const) cache.on(type, () => void this.#events++)
  }

  /** Events for faults come seldom when there are many, so those of tiers are counted as well. */
  now(): number {
    return this.#cache.stats().tiers.reduce((sum, { faults }) => sum + faults, this.#events)
  }
}
