/** Reading, with a loader and without. */
import { type CacheKey, type Entry, FRESHNESS_OPTIONS, ageOf, checkOptions } from '@hotpath/contract'
import type { Found } from '../flights/found.ts'
import { LOAD_OPTIONS, type LoadOptions, PEEK_OPTIONS, READ_OPTIONS, type ReadOptions } from '../options.ts'
import { type Call, judgedByOf, markOf } from '../read/call.ts'
import { type FindRequest, find, findMany } from '../read/find.ts'
import type { LoadContext, Loader, ManyLoader } from '../read/loader.ts'
import type { ManyCall } from '../read/load-many.ts'
import { getOrSetMany } from '../read/many.ts'
import { readThrough } from '../read/read.ts'
import { type Read, countFound, describe, reportTier } from '../read/report.ts'
import type { CacheEntry } from '../watch/entry-info.ts'
import { HandleBase } from './handle-base.ts'
import { NO_OPTIONS, ownKey, ownTags } from './input.ts'

export class ReadingHandle extends HandleBase {
  getOrSet<Value, Result = Value>(
    key: CacheKey,
    loader: (context: LoadContext<Value>) => Result | Promise<Result>,
    options: LoadOptions = NO_OPTIONS,
  ): Promise<Result> {
    try {
      const encoded = this.keys.encode(key)
      if (options === NO_OPTIONS || isPlain(options)) {
        const entry = this.hit(encoded)
        if (entry !== undefined) {
          const { onRead } = options
          if (onRead !== undefined) reportTier({ engine: this.engine, original: key, onRead }, entry, 'fresh', 0)
          return Promise.resolve(entry.value as Result)
        }
      }
      if (options !== NO_OPTIONS) checkOptions(options, 'getOrSet', FRESHNESS_OPTIONS, LOAD_OPTIONS)
      // Written out, as V8 forgets the shape of what is spread, and drops the code for it, when none is alive.
      const call: Call<unknown> = {
        engine: this.engine,
        counters: this.counters,
        key: encoded,
        original: ownKey(key),
        loader: loader as Loader<unknown>,
        tags: ownTags(options.tags),
        freshness: this.freshnessOf(options),
        judgedBy: judgedByOf(options),
        onRead: options.onRead,
        signal: options.signal,
        refresh: options.refresh ?? false,
        isOneOfMany: false,
        since: this.engine.view.changes,
        after: 0,
        previous: undefined,
        lookUp: false,
      }
      return Promise.resolve(readThrough(call, markOf(options.after)) as Result | Promise<Result>)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  get<Value = unknown>(key: CacheKey, options: ReadOptions = NO_OPTIONS): Promise<Value | undefined> {
    try {
      const encoded = this.keys.encode(key)
      const entry = options === NO_OPTIONS || mayHit(options) ? this.hit(encoded) : undefined
      if (entry !== undefined) return Promise.resolve(entry.value as Value)
      return this.#readBelow('get', encoded, options, valueOf) as Promise<Value | undefined>
    } catch (error) {
      return Promise.reject(error)
    }
  }

  entry<Value = unknown>(key: CacheKey, options: ReadOptions = NO_OPTIONS): Promise<CacheEntry<Value> | undefined> {
    try {
      const encoded = this.keys.encode(key)
      const hit = options === NO_OPTIONS || mayHit(options) ? this.hit(encoded) : undefined
      if (hit !== undefined) return Promise.resolve(describe(this.engine, hit as Entry<Value>, 'fresh', 0))
      return this.#readBelow('entry', encoded, options, described) as Promise<CacheEntry<Value> | undefined>
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async getMany<Value = unknown>(
    keys: readonly CacheKey[],
    options: ReadOptions = NO_OPTIONS,
  ): Promise<(Value | undefined)[]> {
    checkOptions(options, 'getMany', READ_OPTIONS)
    const found = await findMany(this.engine, this.counters, this.encodeAll(keys), options)
    return found.map((one) => one?.entry.value as Value | undefined)
  }

  async has(key: CacheKey, options: ReadOptions = NO_OPTIONS): Promise<boolean> {
    const encoded = this.encode(key)
    checkOptions(options, 'has', READ_OPTIONS)
    return find({ engine: this.engine, counters: this.counters, key: encoded, options, use: isFound })
  }

  peek<Value = unknown>(key: CacheKey, options?: Pick<ReadOptions, 'stale'>): Value | undefined {
    const encoded = this.keys.encode(key)
    const entry = this.engine.memory?.peek?.(encoded) as Entry<Value> | undefined
    if (entry === undefined) {
      if (options !== undefined) checkOptions(options, 'peek', PEEK_OPTIONS)
      return undefined
    }
    if (this.engine.judgeHeld(encoded, entry) === 'outdated') return undefined
    const now = this.engine.timeline.recent()
    if (now >= this.engine.view.offlineAt) return undefined
    const age = ageOf(entry, now, entry.expired)
    return age === 'fresh' || (age === 'stale' && options?.stale === true) ? entry.value : undefined
  }

  async getOrSetMany<Value>(
    keys: readonly CacheKey[],
    loader: ManyLoader<Value>,
    options: LoadOptions = NO_OPTIONS,
  ): Promise<(Value | undefined)[]> {
    const encoded = this.encodeAll(keys)
    checkOptions(options, 'getOrSetMany', FRESHNESS_OPTIONS, LOAD_OPTIONS)
    const call: ManyCall<Value> = {
      engine: this.engine,
      counters: this.counters,
      keys: encoded,
      originals: keys.map(ownKey),
      loader,
      tags: ownTags(options.tags),
      freshness: this.freshnessOf(options),
      judgedBy: judgedByOf(options),
      onRead: options.onRead,
      signal: options.signal,
      refresh: options.refresh ?? false,
    }
    return getOrSetMany(call, markOf(options.after))
  }

  /** What memory does not have fresh: looked for in all tiers. */
  #readBelow<Result>(
    method: string,
    encoded: string,
    options: ReadOptions,
    use: FindRequest<Result>['use'],
  ): Promise<Result> {
    if (options !== NO_OPTIONS) checkOptions(options, method, READ_OPTIONS)
    this.open(encoded)
    return Promise.resolve(find({ engine: this.engine, counters: this.counters, key: encoded, options, use }))
  }
}

function valueOf(found: Found | undefined, read: Read): unknown {
  countFound(read, found)
  return found?.entry.value
}

function described(found: Found | undefined, read: Read): CacheEntry | undefined {
  countFound(read, found)
  return found && describe(read.engine, found.entry, found.age, found.tier)
}

/** Not counted: nothing was read. */
function isFound(found: Found | undefined): boolean {
  return found !== undefined
}

/** Options that change nothing about a fresh hit, but who hears of it. */
function isPlain(options: LoadOptions): boolean {
  return (
    mayHit(options) &&
    options?.refresh !== true &&
    options?.signal?.aborted !== true &&
    (options?.onRead === undefined || typeof options.onRead === 'function')
  )
}

/** The same of a read without a loader. */
function mayHit(options: ReadOptions): boolean {
  return options?.after === undefined && options?.judgedBy === undefined
}
