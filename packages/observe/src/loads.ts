/** What is being loaded for one key: one read at a time, of which the latest counts, and the refresh that the cache began by itself. */
import { type CacheKey, isPromise } from '@hotpath/contract'
import type { Cache, LoadOptions, Loader, ReadReport } from '@hotpath/core'
import type { CacheInside } from '@hotpath/core/inside'
import { dataOnly } from './data-only.ts'
import type { Failure } from './snapshot.ts'

/** How a key is loaded. */
export interface Reader {
  readonly loader: Loader<unknown>
  readonly plan: { readonly load: LoadOptions; readonly isSharing: boolean }
}

/** How a read is begun. */
export interface ReadOptions {
  /** What is on its way is not good enough. Default `false`. */
  readonly refresh?: boolean
  /** Somebody without a subscription waits for it. Default `false`. */
  readonly isAwaited?: boolean
}

/** What a read came to. */
export interface Outcome {
  readonly value: unknown
  /** `undefined` where nothing is stored: it failed, or the loader returned nothing. */
  readonly report: ReadReport | undefined
  readonly failure: Failure | undefined
  /** Whether nobody wants to know what it failed with. */
  readonly isAborted: boolean
}

/** What all loads of a cache share. */
export interface LoadHost {
  readonly inside: CacheInside
  /** What takes the place of loaders. */
  readonly intercept: ((loader: Loader<unknown>) => Loader<unknown>) | undefined
}

/** What is loaded. */
export interface LoadTarget {
  readonly cache: Cache
  readonly key: CacheKey
  readonly encoded: string
  /**
   * One that shows it: this one, or another where this one does not, or no more. `undefined`: nobody does. The loader of one
   * that shows another key by now is that of the other.
   */
  shownBy(reader: Reader): Reader | undefined
  /** A read begins, after the pass that asked for it. */
  begins(reader: Reader): void
  /** A read has ended. */
  ended(outcome: Outcome): void
  /** The cache has refreshed what it served as stale. */
  refreshed(failure: Failure | undefined): void
  /** Something changed. */
  touch(): void
}

/** A read on its way. */
interface Reading {
  controller: AbortController | undefined
  /** Resolves when it has ended, whatever the outcome. */
  readonly promise: Promise<void>
  isAwaited: boolean
}

export class Loads {
  readonly #host: LoadHost
  readonly #target: LoadTarget
  #reading: Reading | undefined
  #refreshing: Promise<unknown> | undefined

  constructor(host: LoadHost, target: LoadTarget) {
    this.#host = host
    this.#target = target
  }

  get isActive(): boolean {
    return this.#pending() !== undefined
  }

  /** Resolves when nothing is being loaded. Never rejects. */
  async settled(): Promise<void> {
    for (let what = this.#pending(); what !== undefined; what = this.#pending()) await what
  }

  /** Aborts what is loaded for nobody. */
  abandon(): void {
    if (this.#reading?.isAwaited !== false) return
    this.#reading.controller?.abort()
    this.#reading = undefined
    this.#target.touch()
  }

  /** Reads through the cache. Resolves when that has ended, whatever the outcome. */
  read(reader: Reader, { refresh = false, isAwaited = false }: ReadOptions): Promise<void> {
    const current = this.#reading
    if (current !== undefined && !refresh) {
      current.isAwaited ||= isAwaited
      return current.promise
    }
    // As it is now, for a reader that shows another key by the time it is asked.
    const { loader, plan } = reader
    const isShown = this.#target.shownBy(reader) === reader
    const present = (): Reader => (isShown ? this.#target.shownBy(reader) : undefined) ?? { loader, plan }
    const reading: Reading = {
      controller: undefined,
      isAwaited: isAwaited || current?.isAwaited === true,
      promise: Promise.resolve().then(() => this.#read(reading, present, refresh)),
    }
    this.#reading = reading
    current?.controller?.abort()
    this.#target.touch()
    return reading.promise
  }

  async #read(reading: Reading, present: () => Reader, refresh: boolean): Promise<void> {
    // Another one has taken its place, and knows better: a caller that waits for this one waits for that.
    if (this.#reading !== reading) return this.#reading?.promise
    const reader = present()
    this.#target.begins(reader)
    const { signal } = (reading.controller = new AbortController())
    const loader: Loader<unknown> = (context) => {
      const { loader: own } = present()
      const loaded = (this.#host.intercept?.(own) ?? own)(context)
      const check = (value: unknown): unknown => dataOnly(value, this.#target.encoded)
      return isPromise(loaded) ? loaded.then(check) : check(loaded)
    }
    let report: ReadReport | undefined
    const onRead = (one: ReadReport): void => void (report ??= one)
    let failure: Failure | undefined
    let value: unknown
    try {
      const options = { ...reader.plan.load, signal, onRead, ...(refresh && { refresh }) }
      value = await this.#target.cache.getOrSet(this.#target.key, loader, options)
    } catch (error) {
      failure = { error }
    }
    if (this.#reading !== reading) return this.#reading?.promise
    this.#reading = undefined
    this.#target.ended({ value, report, failure, isAborted: signal.aborted })
    if (report !== undefined && report.state !== 'fresh') this.#followRefresh()
  }

  /** What was served is stale: the cache refreshes it, if it can. */
  #followRefresh(): void {
    const refreshing = this.#host.inside.loading(this.#target.encoded)
    if (refreshing === undefined || this.#refreshing !== undefined) return
    this.#refreshing = refreshing
    void refreshing.then(({ failed, error }) => {
      this.#refreshing = undefined
      this.#target.refreshed(failed ? { error } : undefined)
    })
  }

  #pending(): Promise<unknown> | undefined {
    return this.#reading?.promise ?? this.#refreshing
  }
}
