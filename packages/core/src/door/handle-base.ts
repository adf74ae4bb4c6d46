/** What all parts of a handle share: the engine behind it, its keys, freshness and counters, and what a warm read costs. */
import {
  type CacheKey,
  type Entry,
  type Freshness,
  type FreshnessOptions,
  assertKey,
  resolveFreshness,
} from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import { closedError } from '../flights/flight.ts'
import type { LogView } from '../view/log-view.ts'
import type { Counters } from '../watch/stats.ts'
import { NO_OPTIONS, assertList } from './input.ts'
import type { KeySpace } from './key-space.ts'

/** The engine is private: printing an object that has a cache in it must not print the values of the cache. */
export class HandleBase {
  readonly name: string
  readonly #engine: Engine
  readonly #keys: KeySpace
  readonly #freshness: Freshness
  readonly #counters: Counters
  // What a hit needs, one step away.
  readonly #memory: Engine['memory']
  readonly #view: LogView
  readonly #timeline: Engine['timeline']
  readonly #events: Engine['events']

  constructor(engine: Engine, keys: KeySpace, freshness: Freshness, counters: Counters) {
    this.name = engine.name
    this.#engine = engine
    this.#keys = keys
    this.#freshness = freshness
    this.#counters = counters
    this.#memory = engine.memory
    this.#view = engine.view
    this.#timeline = engine.timeline
    this.#events = engine.events
  }

  protected get engine(): Engine {
    return this.#engine
  }

  protected get keys(): KeySpace {
    return this.#keys
  }

  protected get freshness(): Freshness {
    return this.#freshness
  }

  protected get counters(): Counters {
    return this.#counters
  }

  /** The whole cost of a warm read: one look-up, one comparison with the log's version, one with the time. */
  protected hit(encoded: string): Entry | undefined {
    const entry = this.#memory?.get(encoded) as Entry | undefined
    if (entry === undefined) return undefined
    if (entry.judgedAt !== this.#view.version && this.#engine.judgeHeld(encoded, entry) === 'outdated') return undefined
    if (entry.expired || entry.aheadMs > 0) return undefined
    const now = this.#timeline.recent()
    if (now - entry.createdAt >= entry.freshMs || now >= this.#view.offlineAt) return undefined
    const hits = this.#counters.hits
    hits[0] = (hits[0] as number) + 1
    if (this.#events.wants('hit')) this.#events.emit({ type: 'hit', key: encoded, tier: 'memory', stale: false })
    return entry
  }

  protected freshnessOf(options: FreshnessOptions): Freshness {
    return options === NO_OPTIONS ? this.#freshness : resolveFreshness(this.#freshness, options)
  }

  protected open(key?: string): void {
    if (this.#engine.closed) throw closedError()
    if (key !== undefined) assertKey(key, this.#engine.maxKeyBytes)
  }

  protected encode(key: CacheKey): string {
    const encoded = this.#keys.encode(key)
    this.open(encoded)
    return encoded
  }

  protected encodeAll(keys: readonly CacheKey[]): string[] {
    this.open()
    assertList(keys)
    // Spread, as `map` passes over holes.
    return [...keys].map((key) => this.encode(key))
  }
}
