import {
  type ByteSize,
  type Duration,
  ConfigError,
  type Entry,
  type EvictionPolicy,
  type EvictionPolicyMaker,
  type EvictionReason,
  type OptionTable,
  type Tier,
  type TierContext,
  SPECULATIVE,
  ValueError,
  checkOptions,
  createEntry,
  countOption,
  displayKey,
  functionOption,
  toBytes,
  toMs,
  wrongOption,
} from '@hotpath/contract'
import type { MemoryStore } from './memory-store.ts'
import { sizeOf, sizeOfString } from './size-of.ts'
import { WTinyLfu } from './w-tiny-lfu.ts'

/** Bounds of a memory tier. At least one of `maxEntries` and `maxBytes` must be given. */
export interface MemoryOptions {
  /** How many entries are kept. Default: as many as `maxBytes` allows. */
  readonly maxEntries?: number | undefined
  /** How many bytes are kept, keys and bookkeeping included; an estimate. Default `'256mb'`. */
  readonly maxBytes?: ByteSize | undefined
  /** A larger entry is returned to its caller but not stored, and reported. Default: `maxBytes`. */
  readonly maxEntryBytes?: ByteSize | undefined
  /**
   * How long a value is kept in memory at most, stale windows included, from when it is stored there; lower tiers keep it as
   * long as it lives, so that it is read from them again. `entry`, `onRead` and `inspect` report the life that the value has
   * wherever it is kept. Default: as long as it lives.
   */
  readonly maxTtl?: Duration | undefined
  /** Measures a value in bytes. Default: an estimate that visits every member. */
  readonly sizeOf?: ((value: unknown) => number) | undefined
  /** Which entries go when there is no room, as `lru()` of `@hotpath/core/lru`. Default: as `tinyLfu()`. */
  readonly policy?: EvictionPolicyMaker | undefined
}

const MEMORY_OPTIONS: OptionTable<keyof MemoryOptions> = {
  maxEntries: '10_000',
  maxBytes: true,
  maxEntryBytes: true,
  maxTtl: true,
  sizeOf: functionOption,
  policy: checkPolicy,
}

/** Bytes of an entry beyond its key, tags and value: the entry object and its places in the policy's tables. */
const ENTRY_BYTES = 220
/** Keys of what was stored ahead of use, of which some may be gone. */
const MAX_SPECULATIVE = /* bound: speculative */ 10_000

/**
 * The in-process tier: entries by reference, bounded in entries and in bytes; what is used least and has not been used
 * recently is evicted first.
 *
 * @throws ConfigError `ERR_CONFIG_UNBOUNDED` without a bound, `ERR_CONFIG_OPTION` or `ERR_CONFIG_BYTES` for a bad one.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 10_000, maxBytes: '64mb' })] })
 * console.log(await cache.getOrSet('answer', () => 42)) // 42
 * await cache.close()
 * ```
 */
export function memory(options: MemoryOptions): Tier {
  const bounds = boundsOf(options)
  return { type: 'memory', open: (context) => openMemory(bounds, context) }
}

interface Bounds {
  readonly maxEntries: number
  readonly maxBytes: number
  readonly maxEntryBytes: number
  readonly maxMs: number
  readonly sizeOf: (value: unknown) => number
  readonly policy: EvictionPolicyMaker
}

function openMemory(bounds: Bounds, context: TierContext): MemoryStore {
  const measure = (key: string, entry: Entry): number => {
    let bytes = ENTRY_BYTES + sizeOfString(key) + bounds.sizeOf(entry.value)
    for (const tag of entry.tags) bytes += sizeOfString(tag) + 8
    return Math.ceil(bytes)
  }
  let dropReason: EvictionReason = 'max-entries'
  /** Told after and not amid the change: whoever hears of it may read and write. */
  const evicted: string[] = []
  const gone = (key: string): void => void evicted.push(key)
  const { maxEntries, maxBytes } = bounds
  const own: MemoryStore['bounds'] = { maxEntries, maxBytes, random: context.random ?? Math.random }
  const speculative = new Set<string>()
  /** A getter of the value or the user's function may throw; then it is not stored, and that is all. */
  const tryToMeasure = (key: string, entry: Entry): number => {
    try {
      const bytes = measure(key, entry)
      if (bytes > 0) return bytes
      context.fault(notMeasured(key, new TypeError(`\`sizeOf\` answered ${bytes}`)))
    } catch (cause) {
      context.fault(notMeasured(key, cause))
    }
    return Number.POSITIVE_INFINITY
  }
  const uncapped = new WeakMap<Entry, Entry>()
  const shortened = (entry: Entry): Entry => {
    if (bounds.maxMs === Number.POSITIVE_INFINITY) return entry
    // A copy: what the lower tiers are given lives on. Whether to refresh it ahead is decided by what those have.
    const { createdAt, freshMs, staleMs, errorMs } = entry
    const lifeMs = context.elapsed() - createdAt + bounds.maxMs
    if (freshMs + staleMs + errorMs <= lifeMs) return entry
    const fresh = Math.min(freshMs, lifeMs)
    const stale = Math.min(staleMs, lifeMs - fresh)
    const copy = createEntry({
      ...entry,
      freshMs: fresh,
      staleMs: stale,
      errorMs: lifeMs - fresh - stale,
      aheadMs: fresh < freshMs ? 0 : entry.aheadMs,
    })
    copy.judgedAt = entry.judgedAt
    uncapped.set(copy, entry)
    return copy
  }
  /** What was stored ahead of use goes first. */
  const makeRoom = (key: string, added: number, size: number): void => {
    const entries = store.policy
    for (const old of speculative) {
      const isFull = entries.size + added > maxEntries || entries.bytes + size > maxBytes
      if (!isFull && speculative.size <= MAX_SPECULATIVE) break
      if (old === key) continue
      speculative.delete(old)
      if (isFull && entries.peek(old)?.judgedAt === SPECULATIVE && entries.delete(old)) gone(old)
    }
  }
  const set = (key: string, entry: Entry): void => {
    const entries = store.policy
    const stored = entries.peek(key)
    if (stored !== undefined && stored.epoch === entry.epoch && stored.asOf > entry.asOf) return
    const size = tryToMeasure(key, entry)
    if (size > bounds.maxEntryBytes || size > own.maxBytes) {
      entries.delete(key)
      if (size < Number.POSITIVE_INFINITY) context.evicted(key, 'max-entry-bytes')
      return
    }
    const isFull = entries.size >= maxEntries
    dropReason = isFull && stored === undefined ? 'max-entries' : 'max-bytes'
    if (entry.judgedAt === SPECULATIVE) speculative.add(key)
    if (speculative.size > 0) makeRoom(key, stored === undefined ? 1 : 0, size)
    entries.set(key, shortened(entry), size, gone)
    if (evicted.length === 0) return
    const reason = dropReason
    for (const one of evicted.splice(0)) context.evicted(one, reason)
  }
  // A property and no accessor: V8 would make objects with accessors of their own dictionaries, and hits slower.
  const store: MemoryStore = {
    policy: checkMade(bounds.policy(own)),
    bounds: own,
    speculative,
    uncapped,
    sync: true,
    shared: false,
    get: (key) => store.policy.get(key),
    peek: (key) => store.policy.peek(key),
    getMany: (keys) => keys.map((key) => store.policy.get(key)),
    set,
    setMany: (list) => {
      for (const [key, entry] of list) set(key, entry)
    },
    delete: (keys) => {
      for (const key of keys) store.policy.delete(key)
    },
    clear: () => store.policy.clear(),
    purge: ({ isDead }) => {
      let purged = 0
      for (const [key, entry] of store.policy.entries()) {
        if (isDead(key, entry) && store.policy.delete(key)) purged++
      }
      return purged
    },
    usage: () => ({ entries: store.policy.size, bytes: store.policy.bytes }),
    close: () => store.policy.clear(),
  }
  return store
}

function boundsOf(options: MemoryOptions): Bounds {
  if (options !== undefined) checkOptions(options, 'memory', MEMORY_OPTIONS)
  const given = options as MemoryOptions | undefined
  if (given?.maxEntries === undefined && given?.maxBytes === undefined) {
    throw new ConfigError(
      'ERR_CONFIG_UNBOUNDED',
      '`memory()` needs a bound, received neither `maxEntries` nor `maxBytes`. Use `memory({ maxEntries: 10_000 })`.',
    )
  }
  const maxBytes = finite(toBytes(given.maxBytes ?? '256mb', 'maxBytes'), 'maxBytes')
  const maxEntryBytes = given.maxEntryBytes === undefined ? maxBytes : toBytes(given.maxEntryBytes, 'maxEntryBytes')
  return {
    maxEntries: given.maxEntries === undefined ? Number.POSITIVE_INFINITY : finite(given.maxEntries, 'maxEntries'),
    maxBytes,
    maxEntryBytes: Math.min(maxBytes, maxEntryBytes),
    maxMs: given.maxTtl === undefined ? Number.POSITIVE_INFINITY : toMs(given.maxTtl, 'maxTtl'),
    sizeOf: given.sizeOf ?? sizeOf,
    policy: given.policy ?? ((bounds) => new WTinyLfu(bounds, bounds.random() * 2 ** 32)),
  }
}

function checkPolicy(policy: unknown, option: string): void {
  if (typeof policy === 'function') return
  throw wrongOption(option, 'made by a function such as `lru()`', policy, 'Leave it out for `tinyLfu()`.')
}

/** A maker of makers, such as `lru` itself, is a function too. */
function checkMade(policy: EvictionPolicy): EvictionPolicy {
  if (typeof (policy as EvictionPolicy | undefined)?.get === 'function') return policy
  throw wrongOption(
    'policy',
    'a function that returns a policy',
    policy,
    'Call it: `policy: lru()`, not `policy: lru`.',
  )
}

function notMeasured(key: string, cause: unknown): ValueError {
  return new ValueError(
    'ERR_VALUE_SIZE',
    `The value of \`${displayKey(key)}\` could not be measured, so it is not kept in memory. Give \`memory()\` a \`sizeOf\` that copes with it.`,
    { cause, context: { key: displayKey(key) } },
  )
}

function finite(value: number, option: string): number {
  if (value === Number.POSITIVE_INFINITY) {
    throw new ConfigError(
      'ERR_CONFIG_UNBOUNDED',
      `\`${option}\` must be finite, received Infinity: an unbounded cache is a memory leak. Use the largest number the process can afford.`,
    )
  }
  return countOption(value, option)
}
