/**
 * A load in progress, shared by all who want its key.
 *
 * Invariants: at most one joinable flight per key; a flight settles exactly once and never rejects; its loader is
 * aborted when nobody waits any more. A caller joins only while no record has outdated the flight for it, and is
 * judged again when the load ends (see `Flights.joinable` and `awaitFlight`).
 */
import { ClosedError, type Mark } from '@hotpath/contract'
import { type LogView, loadedAt } from '../view/log-view.ts'
import type { Found, Servable } from './found.ts'

/** How a flight ended. */
export type Outcome<Value = unknown> =
  /** `raced`: a record that concerns the value came after the flight began, so only earlier callers may have it. */
  | {
      readonly type: 'value'
      readonly value: Value
      readonly raced: boolean
      readonly isStored: boolean
      readonly freshMs: number
      readonly mark: Mark | undefined
    }
  /** A lower tier had it. */
  | { readonly type: 'found'; readonly found: Servable<Value> }
  /** The last load failed just now, and there is something to serve until the next may begin. */
  | { readonly type: 'backoff' }
  | { readonly type: 'failed'; readonly error: unknown }

/** What a flight is for. */
export interface FlightPlan {
  /** Encoded. */
  readonly key: string
  /** Declared by the caller. */
  readonly tags: readonly string[]
  /** When its loader is aborted; callers with a shorter one keep their own. */
  readonly hardTimeoutMs: number
  /** It calls the loader, whatever the tiers have. */
  readonly mustLoad: boolean
}

/** The flights of one key that are on their way. */
interface KeyFlights {
  /** The one that may be joined. */
  current: Flight | undefined
  /** Those that have not ended. */
  readonly running: Flight[]
  /** Number of the latest that has stored its value. */
  stored: number
}

// Every field is set from the start, so that V8 sees objects of one shape.
export class Flight<Value = unknown> {
  readonly key: string
  readonly hardTimeoutMs: number
  readonly mustLoad: boolean
  /** Point of the log at which it began; `undefined`: nothing may be stored. */
  readonly mark: Mark | undefined
  /** `LogView.changes` at its beginning. */
  readonly changes: number
  readonly generation: number
  /** Instant on the cache's timeline. */
  readonly startedAt: number
  /** Grows from flight to flight. */
  number = 0
  /** Tags declared so far. */
  tags: readonly string[]
  settled = false
  /** Everybody who waited has left, so that the loader was aborted: no fault of its own. */
  deserted = false
  /** What is at hand if the loader fails or is slow. */
  fallback: Found<Value> | undefined = undefined
  /** When the value has arrived in the tiers. */
  stored: unknown = undefined
  /** How it ended; `undefined` until then. */
  outcome: Outcome<Value> | undefined = undefined
  /** Those of its key, and what is called when it has ended; set when it takes its place among them. */
  siblings: KeyFlights | undefined = undefined
  onEnd: ((flight: Flight) => void) | undefined = undefined
  /** Made for the first who waits: of thousands that are loaded together nobody waits for one. */
  #promise: Promise<Outcome<Value>> | undefined
  #resolve: ((outcome: Outcome<Value>) => void) | undefined
  #waiters = 0
  #abortion: { readonly reason: unknown } | undefined
  #controller: AbortController | undefined
  #onAbort: ((flight: Flight, reason: unknown) => void) | undefined

  constructor({ key, tags, hardTimeoutMs, mustLoad }: FlightPlan, view: LogView) {
    this.key = key
    this.tags = tags
    this.mustLoad = mustLoad
    this.hardTimeoutMs = hardTimeoutMs
    this.mark = /* rule: mark-of-mirror */ view.mark()
    this.changes = view.changes
    this.generation = view.generation
    this.startedAt = view.elapsed()
  }

  get promise(): Promise<Outcome<Value>> {
    this.#promise ??= new Promise((resolve) => {
      if (this.outcome === undefined) this.#resolve = resolve
      else resolve(this.outcome)
    })
    return this.#promise
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#abortion !== undefined) this.#controller.abort(this.#abortion.reason)
    return this.#controller.signal
  }

  get aborted(): boolean {
    return this.#abortion !== undefined
  }

  /** Claims the right to store; `false` when a flight that began later has stored already. */
  claim(): boolean {
    const { siblings, number } = this
    if (siblings === undefined) return true
    if (siblings.stored > number) return false
    siblings.stored = number
    return true
  }

  settle(outcome: Outcome<Value>): void {
    this.settled = true
    this.outcome = outcome
    this.#onAbort = undefined
    this.onEnd?.(this as Flight)
    this.#resolve?.(outcome)
  }

  /** Calls when it is aborted; one listener may be that of many. */
  whenAborted(listener: (flight: Flight, reason: unknown) => void): void {
    this.#onAbort = listener
  }

  /** Somebody waits; every `enter` is met by one `leave`. */
  enter(): void {
    this.#waiters++
  }

  leave(reason: unknown): void {
    this.#waiters--
    if (this.#waiters > 0) return
    this.deserted = true
    this.abort(reason)
  }

  /** Aborts the loader, and fails the flight even when the loader does not listen. */
  abort(reason: unknown): void {
    if (this.settled || this.#abortion !== undefined) return
    this.#abortion = { reason }
    this.#controller?.abort(reason)
    this.#onAbort?.(this as Flight, reason)
  }

  /** A promise that loses against the flight's abortion, so that a hung loader wedges nobody. */
  guard<Result>(promise: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#abortion !== undefined) reject(this.#abortion.reason)
      this.#onAbort = (_, reason) => reject(reason)
      promise.then(resolve, reject)
    })
  }
}

/** The flights of a cache, by key. Bounded by the number of loads that callers have begun. */
export class Flights {
  readonly #view: LogView
  readonly #byKey = new Map<string, KeyFlights>()
  /** How many have begun. */
  begun = 0
  /** How many have ended. */
  landed = 0

  constructor(view: LogView) {
    this.#view = view
  }

  /** The flight that a caller may join now. */
  joinable(key: string, after = 0): Flight | undefined {
    const flight = this.#byKey.get(key)?.current
    if (flight === undefined || flight.aborted || this.#view.isTooOld(flight.startedAt)) return undefined
    if (/* rule: join */ flight.changes === this.#view.changes) return flight
    if (flight.mark === undefined || flight.generation !== this.#view.generation) return undefined
    if (after > flight.mark.position) return undefined
    return this.#view.judge(key, loadedAt(flight.mark, flight.tags)) === 'valid' ? flight : undefined
  }

  /**
   * The flight in progress that calls the loader, whatever the tiers have: for callers that may not use those, and called
   * when so many flights had begun.
   */
  loading(key: string, begun = 0): Flight | undefined {
    const flight = this.#byKey.get(key)?.current
    return flight?.mustLoad === true && !flight.aborted && flight.number > begun ? flight : undefined
  }

  add(flight: Flight): void {
    const { key } = flight
    flight.number = ++this.begun
    const siblings = this.#byKey.get(key) ?? { current: undefined, running: [], stored: 0 }
    this.#byKey.set(key, siblings)
    siblings.current = flight
    siblings.running.push(flight)
    flight.siblings = siblings
    flight.onEnd = this.#ended
  }

  get size(): number {
    return this.begun - this.landed
  }

  readonly #ended = (flight: Flight): void => {
    this.landed++
    const { key, siblings } = flight
    if (siblings === undefined) return
    // A flight holds a value, and a table of V8 may keep what was deleted from it (see `Deadlines.end`): nothing of it is left.
    if (siblings.current === flight) siblings.current = undefined
    const { running } = siblings
    if (running.length > 1) running.splice(running.indexOf(flight), 1)
    else {
      running.pop()
      this.#byKey.delete(key)
    }
  }

  /** Ends all flights. */
  async close(): Promise<void> {
    const all = [...this.#byKey.values()].flatMap(({ running }) => running)
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
