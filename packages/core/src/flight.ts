/**
 * A load in progress, shared by all who want its key.
 *
 * Invariants: at most one joinable flight per key; a flight settles exactly once and never rejects; its loader is
 * aborted when nobody waits any more. A caller joins only while no record has outdated the flight for it, and is
 * judged again when the load ends (see `Flights.joinable` and `awaitFlight`).
 */
import { ClosedError, type Mark } from '@hotpath/contract'
import type { Coherence } from './coherence.ts'
import type { Found, Servable } from './look-up.ts'

/** How a flight ended. */
export type Outcome<Value = unknown> =
  /** `raced`: a record that concerns the value came after the flight began, so only earlier callers may have it. */
  | { readonly type: 'value'; readonly value: Value; readonly raced: boolean }
  /** A lower tier had it. */
  | { readonly type: 'found'; readonly found: Servable<Value> }
  /** `fallback`: what was at hand when the load began. */
  | { readonly type: 'failed'; readonly error: unknown; readonly fallback: Found<Value> | undefined }

export class Flight<Value = unknown> {
  readonly key: string
  /** Point of the log at which it began; `undefined`: nothing may be stored. */
  readonly mark: Mark | undefined
  /** `Coherence.changes` at its beginning. */
  readonly changes: number
  readonly generation: number
  readonly promise: Promise<Outcome<Value>>
  /** Tags declared so far. */
  tags: readonly string[]
  settled = false
  /** When the value has arrived in the tiers. */
  stored: unknown
  #settle!: (outcome: Outcome<Value>) => void
  #waiters = 0
  #abortion: { readonly reason: unknown } | undefined
  #controller: AbortController | undefined
  #onAbort: ((reason: unknown) => void) | undefined

  constructor(key: string, tags: readonly string[], coherence: Coherence) {
    this.key = key
    this.tags = tags
    this.mark = coherence.mark()
    this.changes = coherence.changes
    this.generation = coherence.generation
    this.promise = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#abortion !== undefined) this.#controller.abort(this.#abortion.reason)
    return this.#controller.signal
  }

  get aborted(): boolean {
    return this.#abortion !== undefined
  }

  settle(outcome: Outcome<Value>): void {
    this.settled = true
    this.#onAbort = undefined
    this.#settle(outcome)
  }

  /** Somebody waits; every `enter` is met by one `leave`. */
  enter(): void {
    this.#waiters++
  }

  leave(reason: unknown): void {
    this.#waiters--
    if (this.#waiters === 0) this.abort(reason)
  }

  /** Aborts the loader, and fails the flight even when the loader does not listen. */
  abort(reason: unknown): void {
    if (this.settled || this.#abortion !== undefined) return
    this.#abortion = { reason }
    this.#controller?.abort(reason)
    this.#onAbort?.(reason)
  }

  /** A promise that loses against the flight's abortion, so that a hung loader wedges nobody. */
  guard<Result>(promise: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#abortion !== undefined) reject(this.#abortion.reason)
      this.#onAbort = reject
      promise.then(resolve, reject)
    })
  }
}

/** The joinable flights of a cache, by key. Bounded by the number of loads that callers have begun. */
export class Flights {
  readonly #coherence: Coherence
  readonly #byKey = new Map<string, Flight>()
  readonly #all = new Set<Flight>()

  constructor(coherence: Coherence) {
    this.#coherence = coherence
  }

  /** The flight that a caller may join now. */
  joinable(key: string, after = 0): Flight | undefined {
    const flight = this.#byKey.get(key)
    if (flight === undefined || flight.aborted) return undefined
    if (flight.changes === this.#coherence.changes) return flight
    if (flight.mark === undefined || flight.generation !== this.#coherence.generation) return undefined
    if (after > flight.mark.position) return undefined
    const subject = { tags: flight.tags, epoch: flight.mark.epoch, asOf: flight.mark.position }
    return this.#coherence.judge(key, subject) === 'valid' ? flight : undefined
  }

  add(flight: Flight): void {
    this.#byKey.set(flight.key, flight)
    this.#all.add(flight)
    void flight.promise.then(() => {
      this.#all.delete(flight)
      if (this.#byKey.get(flight.key) === flight) this.#byKey.delete(flight.key)
    })
  }

  get size(): number {
    return this.#all.size
  }

  /** Ends all flights. */
  async close(): Promise<void> {
    const all = [...this.#all]
    for (const flight of all) flight.abort(closedError())
    await Promise.all(all.map((flight) => flight.promise))
  }
}

/** What calls on a closed cache fail with. */
export function closedError(): ClosedError {
  return new ClosedError(
    'ERR_CACHE_CLOSED',
    'The cache is closed, so it can neither read nor load. Make a new one with `createCache()`.',
  )
}
