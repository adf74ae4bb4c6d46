import {
  type CacheKey,
  type Entry,
  type Freshness,
  type FreshnessOptions,
  type Scope,
  type Strength,
  type Token,
  FRESHNESS_OPTIONS,
  ageOf,
  assertKey,
  checkOptions,
  parseToken,
  resolveFreshness,
  timeLimit,
  toToken,
  validateTags,
  wrongOption,
} from '@hotpath/contract'
import type {
  AnyFunction,
  Cache,
  Dependencies,
  Inspection,
  InvalidationScope,
  Saving,
  WarmOptions,
  WarmReport,
  WrapArguments,
  Wrapped,
  WriteThroughOptions,
  Written,
} from '../cache.ts'
import { sizeOf } from '../memory/size-of.ts'
import { chain } from '../time/chain.ts'
import { countFound } from '../read/count.ts'
import type { Engine } from '../engine.ts'
import type { CacheEventType, CacheListener } from '../watch/events.ts'
import { closedError } from '../flights/flight.ts'
import type { Found } from '../flights/found.ts'
import type { KeySpace } from './key-space.ts'
import type { LoadContext, Loader, ManyLoader } from '../read/loader.ts'
import { type ManyCall, findMany, getOrSetMany } from '../read/many.ts'
import {
  DEPENDENCIES,
  type InvalidateOptions,
  type LoadOptions,
  type ReadOptions,
  type SetEntry,
  type SetOptions,
  type WriteOptions,
  INVALIDATE_OPTIONS,
  LOAD_OPTIONS,
  PEEK_OPTIONS,
  READ_OPTIONS,
  SET_ENTRY,
  SET_OPTIONS,
  WARM_OPTIONS,
  WRITE_OPTIONS,
  WRITE_THROUGH_OPTIONS,
} from '../options.ts'
import { type Call, reach } from '../read/call.ts'
import { tooSlow } from '../read/load.ts'
import { describe } from '../read/describe.ts'
import { find, markOf } from '../read/find.ts'
import { readThrough } from '../read/read.ts'
import type { CacheStats, Counters } from '../watch/stats.ts'
import { assertEntry, assertIterable, assertList, noWarmLoader } from './input.ts'
import { scopesOf, tagScopes } from './scopes.ts'
import type { CacheEntry } from '../watch/entry-info.ts'
import { wrap } from './wrap.ts'
import { type Write, append, markOfAll, remove, store } from '../read/write.ts'
import { writing } from '../read/write-promise.ts'

const NO_TAGS: readonly string[] = []
const NO_OPTIONS: LoadOptions & WriteOptions = {}

/** A cache as its users see it: encodes keys, resolves options, and hands on to the engine. Namespaces are handles too. */
export class CacheHandle implements Cache {
  readonly name: string
  readonly #engine: Engine
  readonly #keys: KeySpace
  readonly #freshness: Freshness
  readonly #counters: Counters
  // What a hit needs, one step away.
  readonly #memory: Engine['memory']
  readonly #view: Engine['view']
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

  getOrSet<Value, Result = Value>(
    key: CacheKey,
    loader: (context: LoadContext<Value>) => Result | Promise<Result>,
    options: LoadOptions = NO_OPTIONS,
  ): Promise<Result> {
    try {
      const encoded = this.#keys.encode(key)
      if (options === NO_OPTIONS || isPlain(options)) {
        const entry = this.#hit(encoded)
        if (entry !== undefined) return Promise.resolve(entry.value as Result)
      }
      if (options !== NO_OPTIONS) checkOptions(options, 'getOrSet', FRESHNESS_OPTIONS, LOAD_OPTIONS)
      // Written out, as V8 forgets the shape of what is spread, and drops the code for it, when none is alive.
      const call: Call<unknown> = {
        engine: this.#engine,
        counters: this.#counters,
        key: encoded,
        original: key,
        loader: loader as Loader<unknown>,
        tags: ownTags(options.tags),
        freshness: this.#freshnessOf(options),
        judgedBy: ownJudgedBy(options),
        onRead: options.onRead,
        signal: options.signal,
        refresh: options.refresh ?? false,
        isOneOfMany: false,
        since: this.#view.changes,
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
      const encoded = this.#keys.encode(key)
      const entry = options === NO_OPTIONS || mayHit(options) ? this.#hit(encoded) : undefined
      if (entry !== undefined) return Promise.resolve(entry.value as Value)
      if (options !== NO_OPTIONS) checkOptions(options, 'get', READ_OPTIONS)
      ownJudgedBy(options)
      this.#open(encoded)
      const value = find(this.#engine, encoded, options, (found) => {
        countFound({ engine: this.#engine, counters: this.#counters, key: encoded }, found)
        return found?.entry.value as Value | undefined
      })
      return Promise.resolve(value)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  entry<Value = unknown>(key: CacheKey, options: ReadOptions = NO_OPTIONS): Promise<CacheEntry<Value> | undefined> {
    try {
      const encoded = this.#keys.encode(key)
      const hit = options === NO_OPTIONS || mayHit(options) ? this.#hit(encoded) : undefined
      if (hit !== undefined) return Promise.resolve(this.#described({ entry: hit, age: 'fresh', tier: 0 }))
      checkOptions(options, 'entry', READ_OPTIONS)
      ownJudgedBy(options)
      this.#open(encoded)
      const entry = find(this.#engine, encoded, options, (found) => {
        countFound({ engine: this.#engine, counters: this.#counters, key: encoded }, found)
        return found && this.#described<Value>(found)
      })
      return Promise.resolve(entry)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async getMany<Value = unknown>(
    keys: readonly CacheKey[],
    options: ReadOptions = NO_OPTIONS,
  ): Promise<(Value | undefined)[]> {
    checkOptions(options, 'getMany', READ_OPTIONS)
    ownJudgedBy(options)
    const found = await findMany(this.#engine, this.#counters, this.#encodeAll(keys), options)
    return found.map((one) => one?.entry.value as Value | undefined)
  }

  async has(key: CacheKey, options: ReadOptions = NO_OPTIONS): Promise<boolean> {
    const encoded = this.#encode(key)
    checkOptions(options, 'has', READ_OPTIONS)
    ownJudgedBy(options)
    return find(this.#engine, encoded, options, (found) => found !== undefined)
  }

  peek<Value = unknown>(key: CacheKey, options?: Pick<ReadOptions, 'stale'>): Value | undefined {
    const encoded = this.#keys.encode(key)
    const entry = this.#memory?.peek?.(encoded) as Entry<Value> | undefined
    if (entry === undefined) {
      if (options !== undefined) checkOptions(options, 'peek', PEEK_OPTIONS)
      return undefined
    }
    if (this.#engine.judgeHeld(encoded, entry) === 'outdated') return undefined
    const now = this.#timeline.recent()
    if (now >= this.#view.offlineAt) return undefined
    const age = ageOf(entry, now, entry.expired)
    return age === 'fresh' || (age === 'stale' && options?.stale === true) ? entry.value : undefined
  }

  async getOrSetMany<Value>(
    keys: readonly CacheKey[],
    loader: ManyLoader<Value>,
    options: LoadOptions = NO_OPTIONS,
  ): Promise<(Value | undefined)[]> {
    const encoded = this.#encodeAll(keys)
    checkOptions(options, 'getOrSetMany', FRESHNESS_OPTIONS, LOAD_OPTIONS)
    const call: ManyCall<Value> = {
      engine: this.#engine,
      counters: this.#counters,
      keys: encoded,
      originals: keys,
      loader,
      tags: ownTags(options.tags),
      freshness: this.#freshnessOf(options),
      judgedBy: ownJudgedBy(options),
      onRead: options.onRead,
      signal: options.signal,
      refresh: options.refresh ?? false,
    }
    return getOrSetMany(call, markOf(options.after))
  }

  set<Value>(key: CacheKey, value: Value, options: SetOptions = NO_OPTIONS): Promise<Token> {
    return writing('set', this.#view, () => {
      if (options !== NO_OPTIONS) checkOptions(options, 'set', FRESHNESS_OPTIONS, SET_OPTIONS, WRITE_OPTIONS)
      return store(this.#engine, this.#counters, [this.#write(key, value, options, this.#freshness)], options.queue)
    })
  }

  setMany(entries: Iterable<SetEntry>, options: SetOptions = NO_OPTIONS): Promise<Token> {
    return writing('setMany', this.#view, () => {
      this.#open()
      checkOptions(options, 'setMany', FRESHNESS_OPTIONS, SET_OPTIONS, WRITE_OPTIONS)
      ownTags(options.tags)
      const shared = resolveFreshness(this.#freshness, options)
      const writes = Array.from(assertIterable(entries, 'setMany'), (entry) => {
        assertEntry(entry)
        checkOptions(entry, 'an entry of setMany', SET_ENTRY, FRESHNESS_OPTIONS, SET_OPTIONS)
        const { tags = options.tags, asOf = options.asOf } = entry
        return this.#write(entry.key, entry.value, { ...entry, tags, asOf }, shared)
      })
      return store(this.#engine, this.#counters, writes, options.queue)
    })
  }

  async write<Value>(
    key: CacheKey,
    value: Value,
    save: (value: Value, context: Saving) => unknown,
    options: WriteThroughOptions = NO_OPTIONS,
  ): Promise<Written<never>> {
    checkOptions(options, 'write', FRESHNESS_OPTIONS, WRITE_THROUGH_OPTIONS, WRITE_OPTIONS)
    const write = this.#write(key, value, options, this.#freshness)
    if (typeof save !== 'function')
      throw wrongOption('save', 'a function', save, 'Use for example `(user) => db.save(user)`.')
    const [engine, counters] = [this.#engine, this.#counters]
    const tools = { append, store, reach, timeLimit, tooSlow, toToken }
    const written = await engine.inTurn(write.key, async () => {
      this.#open()
      const { writeThrough } = await import('./later/write.ts')
      return writeThrough({ engine, counters, write, save, options, tools })
    })
    return written as Written<never>
  }

  delete(key: CacheKey, options: WriteOptions = NO_OPTIONS): Promise<Token> {
    return writing('delete', this.#view, () => {
      const encoded = this.#encode(key)
      checkOptions(options, 'delete', WRITE_OPTIONS)
      return remove(this.#engine, this.#counters, [encoded], options.queue)
    })
  }

  deleteMany(keys: readonly CacheKey[], options: WriteOptions = NO_OPTIONS): Promise<Token> {
    return writing('deleteMany', this.#view, () => {
      const encoded = [...new Set(this.#encodeAll(keys))]
      checkOptions(options, 'deleteMany', WRITE_OPTIONS)
      return remove(this.#engine, this.#counters, encoded, options.queue)
    })
  }

  expire(key: CacheKey, options?: WriteOptions): Promise<Token> {
    return this.#invalidate('expire', 'soft', options, () => [{ type: 'key', key: this.#encode(key) }])
  }

  invalidate(scopes: Iterable<InvalidationScope>, options: InvalidateOptions = NO_OPTIONS): Promise<Token> {
    const strength = options?.soft === true ? 'soft' : 'hard'
    return this.#invalidate('invalidate', strength, options, () =>
      scopesOf(this.#keys, (key) => this.#encode(key), scopes),
    )
  }

  invalidateTags(tags: readonly string[], options?: WriteOptions): Promise<Token> {
    return this.#invalidate('invalidateTags', 'hard', options, (method) => tagScopes(tags, method))
  }

  expireTags(tags: readonly string[], options?: WriteOptions): Promise<Token> {
    return this.#invalidate('expireTags', 'soft', options, (method) => tagScopes(tags, method))
  }

  invalidatePrefix(prefix: CacheKey, options?: WriteOptions): Promise<Token> {
    return this.#invalidate('invalidatePrefix', 'hard', options, () => [this.#keys.prefix(prefix)])
  }

  expirePrefix(prefix: CacheKey, options?: WriteOptions): Promise<Token> {
    return this.#invalidate('expirePrefix', 'soft', options, () => [this.#keys.prefix(prefix)])
  }

  invalidatePattern(pattern: string, options?: WriteOptions): Promise<Token> {
    return this.#invalidate('invalidatePattern', 'hard', options, () => [this.#keys.pattern(pattern)])
  }

  expirePattern(pattern: string, options?: WriteOptions): Promise<Token> {
    return this.#invalidate('expirePattern', 'soft', options, () => [this.#keys.pattern(pattern)])
  }

  clear(options?: WriteOptions): Promise<Token> {
    return this.#invalidate('clear', 'hard', options, () => [this.#keys.all()])
  }

  expireAll(options?: WriteOptions): Promise<Token> {
    return this.#invalidate('expireAll', 'soft', options, () => [this.#keys.all()])
  }

  async purgeExpired(): Promise<number> {
    this.#open()
    await this.#view.beginning()
    // Nobody can say what is outdated.
    if (this.#view.isBlind()) return 0
    return this.#engine.purge((key) => this.#keys.owns(key))
  }

  async ready(): Promise<boolean> {
    return (await this.#view.beginning()) ?? (this.#view.isThere && !this.#engine.closed)
  }

  position(): Token | undefined {
    const mark = this.#view.mark()
    return mark && toToken(mark)
  }

  isCurrent(token: Token, of: Dependencies = NO_OPTIONS): boolean {
    checkOptions(of, 'isCurrent', DEPENDENCIES)
    const { epoch, position: asOf } = this.#view.atMost(parseToken(token))
    // The name of a namespace is what its prefixes begin with, so that clearing it concerns all that was read in it.
    const key = of.key === undefined ? this.#keys.name : this.#keys.encode(of.key)
    return this.#view.judge(key, { tags: ownTags(of.tags), epoch, asOf }) === 'valid'
  }

  wrap<Fn extends AnyFunction>(fn: Fn, ...[options = {}]: WrapArguments<Fn>): Wrapped<Fn> {
    return wrap(this as Cache, fn, options)
  }

  namespace<Value>(name: string, defaults: FreshnessOptions = {}): Cache<Value> {
    const keys = this.#keys.namespace(name)
    checkOptions(defaults, 'namespace', FRESHNESS_OPTIONS)
    const freshness = resolveFreshness(this.#freshness, defaults)
    return new CacheHandle(this.#engine, keys, freshness, this.#engine.stats.namespace(keys.name))
  }

  async warm(
    source: Iterable<CacheKey | SetEntry> | AsyncIterable<CacheKey | SetEntry>,
    options: WarmOptions = {},
  ): Promise<WarmReport> {
    this.#open()
    assertIterable(source, 'warm')
    checkOptions(options, 'warm', WARM_OPTIONS, FRESHNESS_OPTIONS)
    resolveFreshness(this.#freshness, options)
    ownTags(options.tags)
    // What a source read before the log could be seen might be outdated already.
    await this.#view.beginning()
    const asOf = this.position()
    const { warm } = await import('./later/warm.ts')
    return warm({ cache: this, asOf, assertOpen: () => this.#open(), noLoader: noWarmLoader, toToken }, source, options)
  }

  async inspect(key: CacheKey): Promise<Inspection> {
    const encoded = this.#encode(key)
    await this.#view.beginning()
    const { inspect } = await import('./later/inspect.ts')
    return inspect(this.#engine, encoded, { sizeOf, toToken })
  }

  stats(): CacheStats {
    return this.#engine.report(this.#keys.name === '' ? undefined : this.#counters)
  }

  on<Type extends CacheEventType | '*'>(type: Type, listener: CacheListener<Type>): () => void {
    this.#open()
    return this.#events.on(type, listener)
  }

  once<Type extends CacheEventType | '*'>(type: Type, listener: CacheListener<Type>): () => void {
    this.#open()
    return this.#events.once(type, listener)
  }

  close(): Promise<void> {
    return this.#engine.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The whole cost of a warm read: one look-up, one comparison with the log's version, one with the time. */
  #hit(encoded: string): Entry | undefined {
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

  #described<Value>(found: Found): CacheEntry<Value> {
    return describe(this.#engine, found as Found<Value>)
  }

  #freshnessOf(options: FreshnessOptions): Freshness {
    return options === NO_OPTIONS ? this.#freshness : resolveFreshness(this.#freshness, options)
  }

  #write(key: CacheKey, value: unknown, options: SetOptions, above: Freshness): Write {
    const encoded = this.#encode(key)
    const freshness = options === NO_OPTIONS ? above : resolveFreshness(above, options)
    return { key: encoded, value, tags: ownTags(options.tags), freshness, asOf: markOf(options.asOf, 'asOf') }
  }

  #encodeAll(keys: readonly CacheKey[]): string[] {
    this.#open()
    assertList(keys)
    return keys.map((key) => this.#encode(key))
  }

  #open(key?: string): void {
    if (this.#engine.closed) throw closedError()
    if (key !== undefined) assertKey(key, this.#engine.maxKeyBytes)
  }

  #encode(key: CacheKey): string {
    const encoded = this.#keys.encode(key)
    this.#open(encoded)
    return encoded
  }

  #invalidate(
    method: string,
    strength: Strength,
    options: WriteOptions = NO_OPTIONS,
    scopesFor: (method: string) => readonly Scope[],
  ): Promise<Token> {
    return writing(method, this.#view, () => {
      checkOptions(options, method, method === 'invalidate' ? INVALIDATE_OPTIONS : WRITE_OPTIONS)
      const scopes = scopesFor(method)
      this.#open()
      // Invalidated from the call on, so the memory can be given back at once.
      if (strength === 'hard' && scopes.some(({ type }) => type === 'all')) void this.#memory?.clear()
      const invalidations = scopes.map((scope) => ({ scope, strength }))
      const appended = append(this.#engine, this.#counters, invalidations, options.queue)
      return chain(appended, (marks) => markOfAll(this.#engine, marks))
    })
  }
}

/** Options that change nothing about a fresh hit. */
function isPlain(options: LoadOptions): boolean {
  return (
    mayHit(options) && options?.onRead === undefined && options?.refresh !== true && options?.signal?.aborted !== true
  )
}

/** The same of a read without a loader. */
function mayHit(options: ReadOptions): boolean {
  return options?.after === undefined && options?.judgedBy === undefined
}

/** @throws TagError */
function ownJudgedBy({ judgedBy }: Pick<ReadOptions, 'judgedBy'>): readonly string[] | undefined {
  return judgedBy === undefined ? undefined : [...validateTags(judgedBy, 'judgedBy')]
}

/** Copied: the caller may change his list later. */
function ownTags(tags: readonly string[] | undefined): readonly string[] {
  if (tags === undefined) return NO_TAGS
  // A function has a length too.
  const valid = validateTags(tags, 'tags')
  return valid.length === 0 ? NO_TAGS : [...valid]
}
