import {
  type CacheKey,
  type Entry,
  type Freshness,
  type FreshnessOptions,
  type Invalidation,
  KeyError,
  type Scope,
  type Strength,
  type Token,
  assertKey,
  compilePattern,
  encodeKey,
  encodeKeyPrefix,
  escapePattern,
  parseToken,
  resolveFreshness,
  toToken,
  validateTags,
} from '@hotpath/contract'
import type { Cache, ManyLoader } from './cache.ts'
import type { Engine } from './engine.ts'
import type { CacheEventType, CacheListener } from './events.ts'
import { closedError } from './flight.ts'
import { type Inspection, inspect } from './inspect.ts'
import type { Loader } from './loader.ts'
import { getOrSetMany } from './many.ts'
import type { LoadOptions, ReadOptions, SetEntry, SetOptions } from './options.ts'
import { countHit, find, readThrough } from './read.ts'
import type { CacheStats, Counters } from './stats.ts'
import { type WarmOptions, type WarmReport, warm } from './warm.ts'
import { type WrapOptions, type Wrapped, wrap } from './wrap.ts'
import { append, store } from './write.ts'

const NO_TAGS: readonly string[] = []
const NO_OPTIONS: LoadOptions = {}

/** A cache as its users see it: encodes keys, resolves options, and hands on to the engine. Namespaces are handles too. */
export class CacheHandle implements Cache {
  readonly name: string
  readonly #engine: Engine
  readonly #prefix: string
  readonly #freshness: Freshness
  readonly #counters: Counters
  // What a hit needs, one step away.
  readonly #memory: Engine['memory']
  readonly #coherence: Engine['coherence']
  readonly #timeline: Engine['timeline']
  readonly #events: Engine['events']

  constructor(engine: Engine, prefix: string, freshness: Freshness, counters: Counters) {
    this.name = engine.name
    this.#engine = engine
    this.#prefix = prefix
    this.#freshness = freshness
    this.#counters = counters
    this.#memory = engine.memory
    this.#coherence = engine.coherence
    this.#timeline = engine.timeline
    this.#events = engine.events
  }

  getOrSet<Value>(key: CacheKey, loader: Loader<Value>, options: LoadOptions = NO_OPTIONS): Promise<Value> {
    try {
      const encoded = this.#encode(key)
      if (options === NO_OPTIONS || isPlain(options)) {
        const entry = this.#hit(encoded)
        if (entry !== undefined) return Promise.resolve(entry.value as Value)
      }
      return this.#readThrough(encoded, key, loader, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async get<Value = unknown>(key: CacheKey, options: ReadOptions = NO_OPTIONS): Promise<Value | undefined> {
    const encoded = this.#encode(key)
    if (options.after === undefined) {
      const entry = this.#hit(encoded)
      if (entry !== undefined) return entry.value as Value
    }
    this.#open(encoded)
    const found = await find(this.#engine, encoded, options)
    if (found === undefined) this.#miss(encoded)
    else countHit({ engine: this.#engine, counters: this.#counters }, encoded, found.tier, found.stale)
    return found?.entry.value as Value | undefined
  }

  async has(key: CacheKey, options: ReadOptions = {}): Promise<boolean> {
    const encoded = this.#encode(key)
    this.#open(encoded)
    return (await find(this.#engine, encoded, options)) !== undefined
  }

  async getMany<Value = unknown>(keys: readonly CacheKey[], options: ReadOptions = {}): Promise<(Value | undefined)[]> {
    return Promise.all(keys.map((key) => this.get<Value>(key, options)))
  }

  peek<Value = unknown>(key: CacheKey, options?: Pick<ReadOptions, 'stale'>): Value | undefined {
    const encoded = this.#encode(key)
    const entry = this.#memory?.peek?.(encoded) as Entry<Value> | undefined
    if (entry === undefined) return undefined
    if (entry.judgedAt !== this.#coherence.version && this.#engine.judge(encoded, entry) === 'outdated')
      return undefined
    const ageMs = this.#timeline.recent() - entry.createdAt
    if (ageMs < entry.freshMs && !entry.expired) return entry.value
    return options?.stale === true && ageMs < entry.freshMs + entry.staleMs ? entry.value : undefined
  }

  async getOrSetMany<Value>(
    keys: readonly CacheKey[],
    loader: ManyLoader<Value>,
    options: LoadOptions = {},
  ): Promise<(Value | undefined)[]> {
    const encoded = keys.map((key) => this.#encode(key))
    for (const key of encoded) this.#open(key)
    return getOrSetMany({
      engine: this.#engine,
      counters: this.#counters,
      keys: encoded,
      originals: keys,
      loader,
      tags: this.#tags(options.tags),
      freshness: resolveFreshness(this.#freshness, options),
      after: options.after === undefined ? undefined : parseToken(options.after),
      signal: options.signal,
      refresh: options.refresh ?? false,
    })
  }

  set<Value>(key: CacheKey, value: Value, options: SetOptions = {}): Promise<Token> {
    return this.setMany([{ ...options, key, value }])
  }

  async setMany(entries: Iterable<SetEntry>, options: SetOptions = {}): Promise<Token> {
    const shared = resolveFreshness(this.#freshness, options)
    const writes = [...entries].map((entry) => {
      const key = this.#encode(entry.key)
      this.#open(key)
      const asOf = entry.asOf ?? options.asOf
      return {
        key,
        value: entry.value,
        tags: this.#tags(entry.tags ?? options.tags),
        freshness: resolveFreshness(shared, entry),
        asOf: asOf === undefined ? undefined : parseToken(asOf),
      }
    })
    return store(this.#engine, this.#counters, writes)
  }

  async delete(key: CacheKey): Promise<Token> {
    const encoded = this.#encode(key)
    const token = await this.#append([{ type: 'key', key: encoded }], 'hard')
    await Promise.all(this.#engine.lower.map((tier) => tier.run('delete', (store) => store.delete([encoded]))))
    return token
  }

  expire(key: CacheKey): Promise<Token> {
    return this.#appending(() => [{ type: 'key', key: this.#encode(key) }], 'soft')
  }

  invalidateTags(tags: readonly string[]): Promise<Token> {
    return this.#appending(() => validateTags(tags, 'invalidateTags').map((tag) => ({ type: 'tag', tag })), 'hard')
  }

  expireTags(tags: readonly string[]): Promise<Token> {
    return this.#appending(() => validateTags(tags, 'expireTags').map((tag) => ({ type: 'tag', tag })), 'soft')
  }

  invalidatePrefix(prefix: CacheKey): Promise<Token> {
    return this.#appending(
      () => [{ type: 'prefix', prefix: encodeKeyPrefix(this.#within(encodeKeyPrefix(prefix))) }],
      'hard',
    )
  }

  invalidatePattern(pattern: string): Promise<Token> {
    return this.#appending(() => {
      compilePattern(pattern)
      const within = this.#prefix === '' ? pattern : escapePattern(this.#prefix) + pattern
      compilePattern(within)
      return [{ type: 'pattern', pattern: within }]
    }, 'hard')
  }

  async clear(): Promise<Token> {
    const all: Scope = this.#prefix === '' ? { type: 'all' } : { type: 'prefix', prefix: this.#prefix.slice(0, -1) }
    const token = await this.#append([all], 'hard')
    if (all.type === 'all') void this.#memory?.clear()
    return token
  }

  async purgeExpired(): Promise<number> {
    this.#open()
    const isDead = (key: string, entry: Entry): boolean =>
      key.startsWith(this.#prefix) && this.#engine.isDead(key, entry)
    let purged = (await this.#memory?.purge({ isDead })) ?? 0
    for (const tier of this.#engine.lower) purged += (await tier.run('purge', (store) => store.purge({ isDead }))) ?? 0
    return purged
  }

  now(): Token | undefined {
    const mark = this.#coherence.mark()
    return mark && toToken(mark)
  }

  wrap<Args extends readonly unknown[], Value>(
    fn: (...args: Args) => Value | Promise<Value>,
    options: WrapOptions<Args, Awaited<Value>> = {},
  ): Wrapped<Args, Awaited<Value>> {
    return wrap(this as Cache, fn as (...args: Args) => Awaited<Value> | Promise<Awaited<Value>>, options)
  }

  namespace(name: string, defaults: FreshnessOptions = {}): Cache {
    if (typeof name !== 'string') {
      throw new KeyError(
        'ERR_KEY_PART',
        `\`namespace\` needs a name, received ${typeof name}. Use for example \`cache.namespace('users')\`.`,
      )
    }
    const prefix = `${this.#prefix}${encodeKeyPrefix([name])}:`
    encodeKeyPrefix(prefix.slice(0, -1))
    const freshness = resolveFreshness(this.#freshness, defaults)
    return new CacheHandle(this.#engine, prefix, freshness, this.#engine.stats.namespace(prefix.slice(0, -1)))
  }

  async warm(
    source: Iterable<CacheKey | SetEntry> | AsyncIterable<CacheKey | SetEntry>,
    options: WarmOptions = {},
  ): Promise<WarmReport> {
    this.#open()
    return warm(this, source, options)
  }

  async inspect(key: CacheKey): Promise<Inspection> {
    const encoded = this.#encode(key)
    this.#open(encoded)
    return inspect(this.#engine, encoded)
  }

  stats(): CacheStats {
    const { stats, tiers, evictions, faults } = this.#engine
    const counts = this.#prefix === '' ? stats.total() : stats.of(this.#counters)
    return {
      ...counts,
      evictions: evictions.reduce((total, number) => total + number, 0),
      namespaces: stats.namespaces(),
      tiers: counts.tiers.map((tier, index) => {
        const usage = tiers[index]?.store.sync === true ? tiers[index].store.usage?.() : undefined
        return {
          ...tier,
          evictions: evictions[index] ?? 0,
          faults: faults[index] ?? 0,
          usage: usage instanceof Promise ? undefined : usage,
        }
      }),
    }
  }

  on<Type extends CacheEventType>(type: Type, listener: CacheListener<Type>): () => void {
    this.#open()
    return this.#events.on(type, listener)
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
    if (entry === undefined || entry.judgedAt !== this.#coherence.version || entry.expired) return undefined
    const now = this.#timeline.recent()
    if (now - entry.createdAt >= entry.freshMs || entry.aheadMs > 0) return undefined
    const hits = this.#counters.hits
    hits[0] = (hits[0] as number) + 1
    if (this.#events.wants('hit')) this.#events.emit({ type: 'hit', key: encoded, tier: 'memory', stale: false })
    return entry
  }

  #readThrough<Value>(encoded: string, key: CacheKey, loader: Loader<Value>, options: LoadOptions): Promise<Value> {
    return readThrough({
      engine: this.#engine,
      counters: this.#counters,
      key: encoded,
      original: key,
      loader,
      tags: this.#tags(options.tags),
      freshness: options === NO_OPTIONS ? this.#freshness : resolveFreshness(this.#freshness, options),
      after: options.after === undefined ? undefined : parseToken(options.after),
      signal: options.signal,
      refresh: options.refresh ?? false,
      lookUp: true,
    })
  }

  #encode(key: CacheKey): string {
    const encoded = encodeKey(key)
    return this.#prefix === '' ? encoded : encodeKey(this.#prefix + encoded)
  }

  #within(prefix: string): string {
    return this.#prefix + prefix
  }

  #tags(tags: readonly string[] | undefined): readonly string[] {
    // Copied: the caller may change his list later.
    return tags === undefined || tags.length === 0 ? NO_TAGS : [...validateTags(tags, 'tags')]
  }

  #miss(key: string): void {
    this.#counters.misses++
    if (this.#events.wants('miss')) this.#events.emit({ type: 'miss', key })
  }

  #open(key?: string): void {
    if (this.#engine.closed) throw closedError()
    if (key !== undefined) assertKey(key)
  }

  async #appending(scopes: () => Scope[], strength: Strength): Promise<Token> {
    return this.#append(scopes(), strength)
  }

  async #append(scopes: readonly Scope[], strength: Strength): Promise<Token> {
    this.#open()
    const invalidations: Invalidation[] = scopes.map((scope) => ({ scope, strength }))
    return toToken(await append(this.#engine, this.#counters, invalidations))
  }
}

/** Options that change nothing about a fresh hit. */
function isPlain(options: LoadOptions): boolean {
  return options.after === undefined && options.refresh !== true && options.signal?.aborted !== true
}
