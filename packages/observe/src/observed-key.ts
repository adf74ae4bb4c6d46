/**
 * One key as its observers see it: the last value that the cache had, with what was changed ahead of the server on top.
 *
 * Invariant: a value is replaced by a newer one only, by the order of the log; where a record has come that concerns it, it
 * is shown as stale until the next one is there. What is read is judged by the cache, never here.
 */
import type { CacheKey, Token } from '@hotpath/contract'
import type { Cache, ReadReport } from '@hotpath/core'
import { placeholder } from '@hotpath/core/placeholders'
import { retain } from '@hotpath/core/retain'
import { type Base, baseOf, isOlder, isSame, isUpTo } from './base.ts'
import type { Kind } from './kind.ts'
import type { Concerned } from './key-index.ts'
import { LayeredValue } from './layered-value.ts'
import type { Layers } from './layers/layers.ts'
import { type LoadHost, type LoadTarget, Loads, type Outcome, type ReadOptions, type Reader } from './loads.ts'
import type { Failure, Known, Shown } from './snapshot.ts'

/** One that shows it. */
export interface KeyObserver extends Reader {
  readonly plan: Reader['plan'] & {
    /** Whether the key is to be loaded by itself. */
    readonly isEnabled: boolean
  }
  /** Something may have changed. */
  changed(): void
}

/** What keys of one cache share. */
export interface KeyHost extends LoadHost {
  readonly isClosed: boolean
  /** Grows with each record of the log. */
  readonly records: number
  /** Something about a key may have changed. */
  touch(key: ObservedKey): void
  /** A record may concern a key that was being read. */
  judgeAgain(key: ObservedKey): void
  /** A key has another value, which had other tags before. */
  taken(key: ObservedKey, tagsBefore: readonly string[]): void
}

export class ObservedKey implements Concerned, LoadTarget {
  readonly encoded: string
  /** The handle and the key that it was first observed by. */
  readonly cache: Cache
  readonly key: CacheKey
  readonly observers: Set<KeyObserver> = new Set()
  /** What it was first observed as. */
  kind: Kind | undefined
  /** Something was stored under it: to be looked at in the next pass, or when what is read has ended, as it may be that. */
  isStored = false
  /** It was set, so that what is read is not waited for. */
  isSet = false
  readonly #host: KeyHost
  readonly #value = new LayeredValue()
  readonly #loads: Loads
  #base: Base | undefined
  /** A record has come that concerns the value. */
  #isInvalidated = false
  #failure: Failure | undefined
  /** Records of the log when a read began. */
  #records = 0
  #known: Known | undefined
  #release: (() => void) | undefined

  constructor(host: KeyHost, { cache, key, encoded }: Pick<ObservedKey, 'cache' | 'key' | 'encoded'>) {
    this.encoded = encoded
    this.#host = host
    this.cache = cache
    this.key = key
    this.#loads = new Loads(host, this)
  }

  get tags(): readonly string[] {
    return this.#base?.tags ?? []
  }

  get value(): unknown {
    return this.#base?.value
  }

  /** Where the value is in the order of the log. */
  get asOf(): Token | undefined {
    return this.#base?.asOf
  }

  /** When it stops being fresh, on the cache's timeline. */
  get freshUntil(): number {
    return this.#base?.freshUntil ?? Number.POSITIVE_INFINITY
  }

  /** Whether there was no view of the log when what is shown was loaded, so that nobody can judge it. */
  get isUnjudged(): boolean {
    return this.#base !== undefined && this.#base.asOf === undefined
  }

  get isFetching(): boolean {
    return this.#loads.isActive
  }

  /** Whether what is stored is news. */
  get hasNews(): boolean {
    return this.isStored && (this.isSet || !this.isFetching)
  }

  /** Whether there is nothing to show that holds by the log. */
  get isInvalid(): boolean {
    return this.#isInvalidated || this.#base === undefined
  }

  /** Whether the cache would load it. */
  get isDue(): boolean {
    return this.#base === undefined || this.#failure !== undefined || this.#isStale()
  }

  /** Changes ahead of the server, where there was one. */
  get layers(): Layers<unknown, Token> | undefined {
    return this.#value.layers
  }

  set layers(layers: Layers<unknown, Token>) {
    this.#value.layers = layers
  }

  /** What there is to show. The same object until something changes. */
  known(): Known {
    if (this.#release === undefined) this.look()
    this.#known ??= { shown: this.#shown(), failure: this.#failure, isFetching: this.isFetching }
    return this.#known
  }

  /** From now on it is on screen. */
  attach(observer: KeyObserver): void {
    this.observers.add(observer)
    this.#value.isSharing = observer.plan.isSharing
    if (this.#release !== undefined || this.#host.isClosed) return
    const release = retain(this.cache, this.key)
    const stop = this.#host.inside.onStored(this.encoded, () => {
      this.isStored = true
      this.#host.touch(this)
    })
    this.#release = () => {
      release()
      stop()
    }
    this.look()
  }

  settled(): Promise<void> {
    return this.#loads.settled()
  }

  /** Nobody shows it any more: what is loaded for nobody is aborted. */
  leave(): void {
    this.#release?.()
    this.#release = undefined
    this.#loads.abandon()
  }

  /**
   * Takes over what the cache has in memory, and judges what is shown where that is not fresh there.
   *
   * @param isConcerned - Whether a record concerns it: what nobody can judge does not hold then.
   */
  look(isConcerned = false): void {
    this.isStored = false
    this.isSet = false
    if (this.#host.isClosed) return
    const entry = this.#host.inside.entry(this.encoded)
    const base = this.#base
    if (entry !== undefined && !isSame(entry.value, entry.asOf, base) && !this.#isOlder(entry)) {
      this.#take({ ...entry, from: 'tier', key: this.key }, entry.value)
    } else if (entry?.state !== 'fresh' && base !== undefined) this.#judge(base, isConcerned)
  }

  touch(): void {
    this.#known = undefined
    this.#host.touch(this)
  }

  /** Reads it through the cache. Resolves when that has ended, whatever the outcome. */
  read(reader: Reader, options: ReadOptions = {}): Promise<void> {
    return this.#loads.read(reader, options)
  }

  shownBy(reader: Reader): Reader | undefined {
    if (this.observers.has(reader as KeyObserver)) return reader
    const [other] = this.observers
    return other
  }

  begins({ plan }: Reader): void {
    this.#value.isSharing = plan.isSharing
    this.#records = this.#host.records
  }

  ended({ value, report, failure, isAborted }: Outcome): void {
    if (report !== undefined && failure === undefined) {
      if (!this.#isOlder(report)) this.#take(report, value)
    } else if (!isAborted) this.#failure = failure
    this.touch()
    // A record came while it was read, so that nobody knew its tags.
    if (this.#host.records !== this.#records) this.#host.judgeAgain(this)
  }

  refreshed(failure: Failure | undefined): void {
    this.#failure = failure ?? this.#failure
    this.look()
    this.touch()
  }

  #take(report: ReadReport, value: unknown): void {
    const { clock, elapsed } = this.#host.inside
    const { asOf } = report
    const { tags } = this
    this.#base = baseOf(value, report, { elapsed: elapsed(), wall: clock.now() }, this.#base)
    this.#failure = undefined
    this.#isInvalidated = false
    if (asOf !== undefined) this.layers?.loaded((settledAt) => isUpTo(asOf, settledAt))
    this.#host.taken(this, tags)
    this.touch()
  }

  #judge({ asOf, tags }: Base, isConcerned: boolean): void {
    const holds = asOf === undefined ? !isConcerned : this.cache.isCurrent(asOf, { key: this.key, tags })
    if (holds !== this.#isInvalidated) return
    this.#isInvalidated = !holds
    this.touch()
  }

  #isOlder(report: Pick<ReadReport, 'asOf' | 'ageMs'>): boolean {
    return isOlder(report, this.#base, this.#host.inside.elapsed())
  }

  #isStale(): boolean {
    const { freshUntil } = this
    return this.#isInvalidated || (freshUntil !== Number.POSITIVE_INFINITY && this.#host.inside.elapsed() >= freshUntil)
  }

  #shown(): Shown | undefined {
    const base = this.#base
    if (base !== undefined) {
      const { updatedAt, source } = base
      return { value: this.#value.over(base.value), updatedAt, source, isPlaceholder: false, isStale: this.#isStale() }
    }
    const earlier = this.#host.isClosed ? undefined : placeholder(this.cache, this.key)
    if (earlier === undefined) return undefined
    return {
      value: this.#value.over(earlier.value),
      updatedAt: this.#host.inside.clock.now() - earlier.ageMs,
      source: 'placeholder',
      isPlaceholder: true,
      isStale: true,
    }
  }
}
