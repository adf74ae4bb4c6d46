/**
 * What a cache with one large memory tier does, told in the simplest way: a list of records, a map of entries, a list of
 * loads. Every judgement walks the whole list, and nothing is ever asynchronous: a step happens at once and whole.
 */

export interface Windows {
  readonly freshMs: number
  readonly staleMs: number
  readonly errorMs: number
}

type CountName = 'hits' | 'staleHits' | 'misses' | 'coalesced' | 'loads' | 'loadFailures' | 'sets' | 'invalidations'

/** How a read ended, or that it has not. */
export type Answer =
  | { readonly type: 'pending' }
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'error'; readonly message: string }

export interface Entry extends Windows {
  readonly value: unknown
  readonly tags: readonly string[]
  readonly createdAt: number
  readonly asOf: number
}

/** Gone, or stale, or stale for a time and gone then. */
export interface Strength {
  readonly hard: boolean
  readonly forMs?: number | undefined
}

const HARD: Strength = { hard: true }

interface LogRecord {
  readonly position: number
  /** From when on: what is soft for a time is hard then. */
  readonly hardFrom: number
  matches(key: string, tags: readonly string[]): boolean
}

/** A read that waits for a load. */
export interface Reader {
  answer: Answer
  readonly key: string
  readonly tags: readonly string[]
  readonly windows: Windows
  readonly since: number
  readonly previous: Entry | undefined
  /** Reads of many that load together have one. */
  readonly group: object
  /** It wants what a load returns, and nothing older. */
  readonly refresh: boolean
  joined: boolean
}

interface Flight {
  readonly key: string
  readonly asOf: number
  readonly tags: readonly string[]
  readonly windows: Windows
  readonly previous: Entry | undefined
  readonly readers: Reader[]
  /** Nobody can abort a refresh behind the scenes. */
  readonly isRefresh: boolean
  /** One that took off later has landed and stored. */
  isOvertaken: boolean
}

/** One call of a loader. */
export interface LoaderCall {
  readonly group: object
  readonly step: number
  readonly flights: Flight[]
  done: boolean
}

/** What a loader did. */
export interface Loaded {
  readonly valueOf: (key: string) => unknown
  readonly lateTags: readonly string[]
  readonly ttl: number | undefined
  readonly skip: boolean
  readonly notModified: boolean
}

export const WINDOWS: Windows = { freshMs: 1_000, staleMs: 500, errorMs: 500 }
export const NEGATIVE_MS = 300

export class ReferenceCache {
  now = 0
  position = 0
  /** Counts the steps: loads of one group are one call only when they begin in one step. */
  step = 0
  readonly entries: Map<string, Entry> = new Map()
  readonly calls: LoaderCall[] = []
  readonly counts: Record<CountName, number> = {
    hits: 0,
    staleHits: 0,
    misses: 0,
    coalesced: 0,
    loads: 0,
    loadFailures: 0,
    sets: 0,
    invalidations: 0,
  }
  readonly #records: LogRecord[] = []
  readonly #flights = new Map<string, Flight>()

  judge(key: string, tags: readonly string[], asOf: number): 'valid' | 'expired' | 'outdated' {
    const later = this.#records.filter((record) => record.position > asOf && record.matches(key, tags))
    if (later.some(({ hardFrom }) => this.now >= hardFrom)) return 'outdated'
    return later.length > 0 ? 'expired' : 'valid'
  }

  /** How an entry may be used, by a read that further tags concern as well. */
  ageOf(
    key: string,
    entry: Entry,
    judgedBy: readonly string[] = [],
  ): 'fresh' | 'stale' | 'stale-if-error' | 'dead' | 'outdated' {
    const judgement = this.judge(key, [...entry.tags, ...judgedBy], entry.asOf)
    if (judgement === 'outdated') return 'outdated'
    const ageMs = this.now - entry.createdAt
    if (judgement === 'valid' && ageMs < entry.freshMs) return 'fresh'
    if (entry.staleMs > 0 && ageMs < entry.freshMs + entry.staleMs) return 'stale'
    return entry.errorMs > 0 && ageMs < entry.freshMs + entry.staleMs + entry.errorMs ? 'stale-if-error' : 'dead'
  }

  stateOf(key: string, judgedBy?: readonly string[]): string {
    const entry = this.entries.get(key)
    return entry === undefined ? 'missing' : this.ageOf(key, entry, judgedBy)
  }

  peek(key: string, stale: boolean): unknown {
    const entry = this.entries.get(key)
    const state = this.stateOf(key)
    return state === 'fresh' || (stale && state === 'stale') ? entry?.value : undefined
  }

  /** Counts a read, and returns what it may have. */
  get(key: string, stale: boolean, judgedBy?: readonly string[]): { entry: Entry; state: string } | undefined {
    this.#drop(key)
    const entry = this.entries.get(key)
    const state = this.stateOf(key, judgedBy)
    const usable = state === 'fresh' || (stale && state === 'stale')
    this.counts[usable ? (state === 'fresh' ? 'hits' : 'staleHits') : 'misses']++
    return usable && entry !== undefined ? { entry, state } : undefined
  }

  getOrSet(
    key: string,
    options: {
      readonly tags: readonly string[]
      readonly windows: Windows
      readonly refresh: boolean
      readonly group: object
    },
  ): Reader {
    this.#drop(key)
    const previous = this.entries.get(key)
    const state = this.stateOf(key)
    const { tags, windows, refresh, group } = options
    const reader: Reader = {
      answer: { type: 'pending' },
      key,
      tags,
      windows,
      since: this.position,
      previous,
      group,
      refresh,
      joined: false,
    }
    if (previous === undefined || refresh || (state !== 'fresh' && state !== 'stale')) {
      this.#join(reader, !refresh)
      return reader
    }
    this.counts[state === 'fresh' ? 'hits' : 'staleHits']++
    reader.answer = { type: 'value', value: previous.value }
    if (state === 'stale' && this.#joinable(key) === undefined) this.#takeOff(reader, true)
    return reader
  }

  set(key: string, value: unknown, tags: readonly string[], windows: Windows, asOf?: number): void {
    if (asOf === undefined) {
      this.invalidate(HARD, (other) => other === key)
      this.entries.delete(key)
    }
    const position = asOf ?? this.position
    const lived = livesFor(value, windows)
    if (lived.freshMs === 0 || this.judge(key, tags, position) === 'outdated') return
    this.counts.sets++
    this.#store(key, { value, tags, createdAt: this.now, asOf: position, ...lived })
  }

  delete(key: string): void {
    this.invalidate(HARD, (other) => other === key)
    this.entries.delete(key)
  }

  expire(key: string, how: Strength): void {
    this.invalidate(how, (other) => other === key)
    // A record of one key is the moment to look at its entry.
    if (this.stateOf(key) === 'outdated') this.entries.delete(key)
  }

  invalidate({ hard, forMs }: Strength, matches: LogRecord['matches']): void {
    this.position++
    this.counts.invalidations++
    const hardFrom = hard ? this.now : this.now + (forMs ?? Number.POSITIVE_INFINITY)
    this.#records.push({ position: this.position, hardFrom, matches })
  }

  purge(): number {
    const dead = [...this.entries].filter(([key, entry]) => ['dead', 'outdated'].includes(this.ageOf(key, entry)))
    for (const [key] of dead) this.entries.delete(key)
    return dead.length
  }

  /** A loader call has come back. */
  land(call: LoaderCall, loaded: Loaded): void {
    this.#finish(call, (flight) => {
      this.counts.loads++
      const kept = loaded.notModified ? flight.previous : undefined
      const value = kept === undefined ? loaded.valueOf(flight.key) : kept.value
      const tags = [...new Set([...flight.tags, ...loaded.lateTags, ...(kept?.tags ?? [])])]
      const windows = loaded.ttl === undefined ? flight.windows : { ...flight.windows, freshMs: loaded.ttl }
      const judgement = this.judge(flight.key, tags, flight.asOf)
      const lived = livesFor(value, windows)
      if (judgement !== 'outdated' && !loaded.skip && value !== undefined && lived.freshMs > 0 && !flight.isOvertaken) {
        for (const other of this.#earlierThan(flight)) other.isOvertaken = true
        this.#store(flight.key, { value, tags, createdAt: this.now, asOf: flight.asOf, ...lived })
      }
      return (reader) => {
        if (judgement !== 'valid' && reader.since > flight.asOf) return this.#join(reader, true)
        this.counts[reader.joined ? 'coalesced' : 'misses']++
        reader.answer = { type: 'value', value }
      }
    })
  }

  /** A loader call has failed. */
  fail(call: LoaderCall, message: string, isItsFault = true): void {
    this.#finish(call, (flight) => {
      if (isItsFault) this.counts.loadFailures++
      return (reader) => {
        const fallback = [flight.previous, reader.previous].find(
          (entry) =>
            !reader.refresh &&
            entry !== undefined &&
            entry.errorMs > 0 &&
            !['dead', 'outdated'].includes(this.ageOf(flight.key, entry)),
        )
        this.counts[fallback !== undefined ? 'staleHits' : reader.joined ? 'coalesced' : 'misses']++
        reader.answer = fallback === undefined ? { type: 'error', message } : { type: 'value', value: fallback.value }
      }
    })
  }

  /** A reader leaves; the load of whom nobody waits for any more is aborted. */
  leave(reader: Reader, message: string): void {
    if (reader.answer.type !== 'pending') return
    reader.answer = { type: 'error', message }
    for (const call of this.calls) {
      for (const flight of call.flights) {
        const place = flight.readers.indexOf(reader)
        if (call.done || place < 0) continue
        flight.readers.splice(place, 1)
        if (flight.readers.length === 0 && !flight.isRefresh) this.fail(call, message, false)
      }
    }
  }

  #earlierThan(flight: Flight): Flight[] {
    const sameKey = this.calls.flatMap(({ flights }) => flights).filter(({ key }) => key === flight.key)
    return sameKey.slice(0, sameKey.indexOf(flight))
  }

  #finish(call: LoaderCall, end: (flight: Flight) => (reader: Reader) => void): void {
    call.done = true
    const told: (() => void)[] = []
    for (const flight of call.flights) {
      if (this.#flights.get(flight.key) === flight) this.#flights.delete(flight.key)
      const tell = end(flight)
      for (const reader of flight.readers) told.push(() => tell(reader))
    }
    for (const tell of told) tell()
  }

  #join(reader: Reader, mayJoin: boolean): void {
    const flight = mayJoin ? this.#joinable(reader.key) : undefined
    reader.joined = flight !== undefined
    ;(flight ?? this.#takeOff(reader, false)).readers.push(reader)
  }

  #joinable(key: string): Flight | undefined {
    const flight = this.#flights.get(key)
    return flight !== undefined && this.judge(key, flight.tags, flight.asOf) === 'valid' ? flight : undefined
  }

  #takeOff({ key, tags, windows, previous, group }: Reader, isRefresh: boolean): Flight {
    const flight: Flight = {
      key,
      asOf: this.position,
      tags,
      windows,
      previous,
      readers: [],
      isRefresh,
      isOvertaken: false,
    }
    this.#flights.set(key, flight)
    const open = this.calls.at(-1)
    if (
      open !== undefined &&
      open.step === this.step &&
      open.group === group &&
      open.flights.every((other) => other.key !== key)
    )
      open.flights.push(flight)
    else this.calls.push({ group, step: this.step, flights: [flight], done: false })
    return flight
  }

  #store(key: string, entry: Entry): void {
    const stored = this.entries.get(key)
    if (stored === undefined || stored.asOf <= entry.asOf) this.entries.set(key, entry)
  }

  /** Reads let go of what is good for nothing. */
  #drop(key: string): void {
    if (['dead', 'outdated'].includes(this.stateOf(key))) this.entries.delete(key)
  }
}

function livesFor(value: unknown, windows: Windows): Windows {
  return value === null ? { freshMs: NEGATIVE_MS, staleMs: 0, errorMs: 0 } : windows
}
