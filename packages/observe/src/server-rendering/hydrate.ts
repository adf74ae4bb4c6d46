import { type ByteSize, type OptionTable, type Token, checkOptions, parseToken, toBytes } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { encodedKey, insideOf } from '@hotpath/core/inside'
import { placeholder, setPlaceholders } from '@hotpath/core/placeholders'
import { sentOf } from '../sent.ts'
import { heardOf } from './heard.ts'
import { type Payload, type Refusal, type SentEntry, readPayload } from './payload.ts'

/** Options of `hydrate`. */
export interface HydrateOptions {
  /** Version of your values: a page of another one is not read. Default: none. */
  readonly schema?: string | number | undefined
  /** A longer one is not read. Default `'5mb'`. */
  readonly maxBytes?: ByteSize | undefined
  /**
   * The last token of the server's log that this browser has seen: what is in a page that is older, as one that a proxy
   * kept, is shown as stale and not stored. Default: what a browser's cache has heard by `follow`, where it keeps that; where
   * nothing was heard, values are stored only while the log that tabs share has no record.
   */
  readonly lastSeen?: Token | undefined
}

/** What `hydrate` returns. */
export interface Hydrated {
  /** How many values are shown. */
  readonly count: number
  /** Why nothing was taken; `undefined`: something was, or there was nothing. */
  readonly refused: Refusal | undefined
  /** Of the server's log: to go on from, when you follow it. */
  readonly token: Token | undefined
  /** Resolves to how many values the cache has stored, once the view of its log is there. Never rejects. */
  readonly stored: Promise<number>
}

/** For so long a page may take over what the server rendered, part by part. */
const HYDRATING_MS = 60_000

const OPTIONS: OptionTable<keyof HydrateOptions> = { schema: true, maxBytes: true, lastSeen: true }

/**
 * Takes what a server sent along with a page: observers show it at once, as placeholders, and when the view of the log is
 * there, it is stored for as long as it has still to live, unless something has invalidated it meanwhile, the cache has a newer one, or the
 * page is older than what the browser has heard of the server (see `follow`). What is no payload
 * is not read, and does no harm.
 *
 * @throws ConfigError for a wrong option, or a cache without a memory tier; ClosedError; TokenError.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { hydrate } from '@hotpath/observe/server-rendering'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })] })
 * const json = '{ "version": 1, "sentAt": 0, "entries": "none" }' // of a script element
 * console.log(hydrate(cache, json).refused) // malformed
 * await cache.close()
 * ```
 */
export function hydrate(cache: Cache, json: string | null | undefined, options: HydrateOptions = {}): Hydrated {
  checkOptions(options, 'hydrate', OPTIONS)
  const { schema, lastSeen } = options
  const maxBytes = toBytes(options.maxBytes ?? '5mb', 'maxBytes')
  if (lastSeen !== undefined) parseToken(lastSeen, 'lastSeen')
  const payload = typeof json !== 'string' ? 'malformed' : json.length > maxBytes ? 'size' : readPayload(json, schema)
  if (typeof payload === 'string') {
    return { count: 0, refused: payload, token: undefined, stored: Promise.resolve(0) }
  }
  const { clock } = insideOf(cache)
  // A page may have waited in a cache on its way. A clock that is behind makes nothing younger.
  const onTheWayMs = Math.max(0, clock.now() - payload.sentAt)
  const placed = payload.entries.filter((entry) => place(cache, entry, onTheWayMs))
  // Of many the first have given way.
  const entries = placed.filter(({ key }) => placeholder(cache, key) !== undefined)
  keep(cache, payload, entries)
  const isCurrent = lastSeen === undefined || isUpTo(payload, lastSeen)
  const stored = isCurrent ? store(cache, { payload, entries, onTheWayMs, lastSeen }) : Promise.resolve(0)
  return { count: entries.length, refused: undefined, token: payload.token, stored }
}

/** Shows a value until there is one that was judged; not one whose key or tags are wrong. */
function place(cache: Cache, { key, value, ageMs, tags }: SentEntry, onTheWayMs: number): boolean {
  try {
    setPlaceholders(cache, [{ key, value, age: ageMs + onTheWayMs, tags }])
    return true
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ERR_CACHE_CLOSED') throw error
    return false
  }
}

/** What the server showed is not lost when something else is stored before a framework has taken over all of it. */
function keep(cache: Cache, { sentAt }: Payload, entries: readonly SentEntry[]): void {
  const sent = sentOf(cache)
  const values = new Map(sent.values)
  for (const { key, value, ageMs, ttlLeftMs } of entries) {
    values.set(encodedKey(cache, key), {
      value,
      updatedAt: sentAt - ageMs,
      source: 'load',
      isPlaceholder: false,
      isStale: ttlLeftMs === 0,
    })
  }
  sent.values = values
  // A cache that nobody has any more is not held for that long: a server makes one for each page that it renders.
  const [held, own] = [new WeakRef(sent), new WeakRef(values)]
  insideOf(cache).clock.after(HYDRATING_MS, () => {
    const now = held.deref()
    if (now !== undefined && now.values === own.deref()) now.values = undefined
  })
}

/** What is shown, and may be stored. */
interface Placed {
  readonly payload: Payload
  readonly entries: readonly SentEntry[]
  readonly onTheWayMs: number
  readonly lastSeen: Token | undefined
}

/** At once where the view of the log is there, so that nothing is loaded in between. */
function store(cache: Cache, { payload, entries, onTheWayMs, lastSeen }: Placed): Promise<number> {
  const inside = insideOf(cache)
  const put = async (): Promise<number> => {
    // Before all that is looked up: what is invalidated meanwhile holds.
    const asOf = cache.position()
    if (asOf === undefined) return 0
    const hearing = heardOf(cache)
    const heard = hearing && (await hearing)
    if (heard !== undefined && !isUpTo(payload, heard)) return 0
    // Nobody knows which of the records of other tabs the server had: none, if there are none.
    const isKnown = lastSeen !== undefined || heard !== undefined || !inside.hasSharedLog
    if (!isKnown && parseToken(asOf).position > 0) return 0
    // What is no placeholder any more was invalidated since, or there is a newer one.
    const alive = entries.filter(
      ({ key, ttlLeftMs }) => ttlLeftMs > onTheWayMs && placeholder(cache, key) !== undefined,
    )
    const sets = alive.map(async ({ key, value, tags, ageMs, ttlLeftMs }) => {
      // Memory takes over what is below it.
      if (cache.stats().tiers.length > 1) await cache.entry(key, { stale: true })
      const held = inside.entry(encodedKey(cache, key))
      if (held !== undefined && held.ageMs <= ageMs + onTheWayMs) return false
      await cache.set(key, value, { tags, ttl: ttlLeftMs - onTheWayMs, asOf })
      return true
    })
    const results = await Promise.allSettled(sets)
    return results.filter((result) => result.status === 'fulfilled' && result.value).length
  }
  const done = cache.position() === undefined ? cache.ready().then(put) : put()
  return done.catch(() => 0)
}

function isUpTo({ token }: Payload, lastSeen: Token): boolean {
  if (token === undefined) return false
  try {
    const [sent, seen] = [parseToken(token), parseToken(lastSeen)]
    return sent.epoch === seen.epoch && sent.position >= seen.position
  } catch {
    return false
  }
}
