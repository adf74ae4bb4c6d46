import {
  checkOptions,
  type Clock,
  clockOption,
  type Duration,
  type EventNamed,
  functionOption,
  HotpathError,
  isHotpathError,
  type OptionTable,
  parseToken,
  type Random,
  systemClock,
  type Token,
  toMs,
  wrongOption,
} from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { encodedKey } from '@hotpath/core/inside'
import type { Tabs } from '@hotpath/web'
import { attendantOf, whenClosed } from '../create/pages.ts'
import { setHeard } from '../create/heard.ts'
import { ENTRIES } from '../database/stores.ts'
import { Appender, type FollowingCache } from './appender.ts'
import type { CheckResponse } from './check.ts'
import { Connector } from './connector.ts'
import { FollowEvents, type FollowEvent } from './follow-events.ts'
import type { Check } from './keep-what-holds.ts'
import type { InvalidationSource } from './source.ts'
import { connectInOneTab } from './one-tab.ts'
import { firstOf, sharedDatabase } from './shared-database.ts'
import { createTokenStore } from './token-store.ts'

/** Connects to a server; it is to send what it invalidated after the token, or from now on. */
export type Connect = (after: Token | undefined) => InvalidationSource | Promise<InvalidationSource>

/** Options of `follow`. */
export interface FollowOptions {
  /**
   * Where the server's log was when the page was made (`cache.position()` of the server): used when this browser has heard
   * nothing yet. Default: unknown, so that what was stored before is invalidated once.
   */
  readonly after?: Token | undefined
  /** After so long without a message the connection counts as lost. More than twice the heartbeat of the server. Default `'45s'`. */
  readonly silence?: Duration | undefined
  /**
   * Asks the server after a gap what of the stored keys and tags does not hold any more, so that the rest is kept. Default: `POST` to
   * the address; where there is none, or `false`, everything is invalidated.
   */
  readonly check?: Check | false | undefined
  /**
   * Decides which tab connects for all. Default: the tabs that have one log, which is in IndexedDB; `false`: this one does, as does
   * one that goes on without that log.
   */
  readonly tabs?: Pick<Tabs, 'canLead' | 'isLeader' | 'on'> | false | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
  /** Randomness of the delays between attempts, so that not all clients come back at once. Default `Math.random`. */
  readonly random?: Random | undefined
}

/** A cache that follows a server. */
export interface Following {
  /**
   * Listens; the function that it returns ends that. A listener that throws becomes a `fault` event.
   *
   * @param type - The event, or `'*'` for all.
   * @throws ConfigError `ERR_CONFIG_OPTION` for an event that there is not.
   */
  on<Type extends FollowEvent['type'] | '*'>(
    type: Type,
    listener: (event: EventNamed<FollowEvent, Type>) => void,
  ): () => void
  /** Ends it, as does the end of the cache. Idempotent. */
  close(): void
}

const OPTIONS: OptionTable<keyof FollowOptions> = {
  after: true,
  silence: true,
  check: checkOption,
  tabs: tabsOption,
  clock: clockOption,
  random: functionOption,
}

function checkOption(value: unknown, option: string): void {
  if (value !== false) functionOption(value, option)
}

function tabsOption(value: unknown, option: string): void {
  if (value === false || typeof (value as Partial<Tabs> | null)?.on === 'function') return
  throw wrongOption(option, 'what `createTabs` returned, or `false`', value, 'Leave it out for the tabs of the cache.')
}

/**
 * Follows the invalidations of a server, one connection for all tabs: what the server invalidates is appended to the
 * browser's log on arrival, so that no tab returns it from then on, and no load that is under way is stored. The connection comes back by itself and
 * goes on where it was. When something was missed for good, only what the server says still holds is kept.
 *
 * @param source - Address of `serveInvalidations` of `@hotpath/browser/server`, or a function that connects to anything else.
 * @throws ConfigError for a wrong option, and for a namespace; TokenError `ERR_TOKEN_INVALID`; ClosedError.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { changes } from '@hotpath/core/changes'
 * import { follow } from '@hotpath/browser/follow'
 *
 * const server = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 1_000 })] })
 * const connect = (after = server.position()) => changes(server, { from: after }) // in a page: follow(cache, '/invalidations')
 * const following = follow(cache, connect, { after: server.position(), tabs: false })
 *
 * await cache.set('price', 5, { tags: ['prices'] })
 * const heard = new Promise((resolve) => cache.on('invalidated', resolve))
 * await server.invalidateTags(['prices'])
 * await heard
 * console.log(await cache.get('price')) // undefined
 * following.close()
 * await Promise.all([cache.close(), server.close()])
 * ```
 */
export function follow(cache: FollowingCache, source: string | URL | Connect, options: FollowOptions = {}): Following {
  checkOptions(options, 'follow', OPTIONS)
  assertWhole(cache)
  const { after, clock = systemClock, random = Math.random } = options
  if (after !== undefined) parseToken(after)
  const connect = connectOf(source)
  const check = options.check === false ? undefined : (options.check ?? checkOf(source))
  const silenceMs = toMs(options.silence ?? '45s', 'silence')
  const events = new FollowEvents()
  const tokens = createTokenStore(cache)
  if (isCache(cache)) setHeard(cache, tokens.readHeard, { isFollowing: true })

  async function gap(resumesAt: Token): Promise<void> {
    const database = await sharedDatabase(cache)
    const token = await tokens.read()
    const canKeep = check !== undefined && database !== undefined && token !== undefined
    // Seldom needed, so it is not loaded before; where it cannot be loaded nothing is kept.
    const keeper = canKeep ? await import('./keep-what-holds.ts').catch(() => undefined) : undefined
    if (canKeep && keeper !== undefined) await keeper.keepWhatHolds({ cache, database, token, resumesAt, check })
    else await cache.invalidate(['all'], { queue: false })
    events.emit({ type: 'gap' })
  }
  const appender = new Appender({ cache, tokens, gap, failed })
  function failed(cause: unknown): void {
    if (isHotpathError(cause, 'ERR_CACHE_CLOSED')) close()
    else connector.lost(cause)
  }
  const connector = new Connector({
    clock,
    random,
    silenceMs,
    connect: async () => {
      // What was stored by a visit that followed nothing may be older than this page.
      const token = (await tokens.read()) ?? ((await hasEntries(cache)) ? undefined : after)
      appender.reset()
      return { source: await connect(token), isResumed: token !== undefined }
    },
    message(message, isResumed) {
      const isGap = message.type === 'gap' || !isResumed
      appender.take(isGap ? { type: 'gap', token: message.token } : message)
    },
    opened: () => events.emit({ type: 'open' }),
    closed: (cause, retryMs) => {
      appender.reset()
      events.emit({ type: 'closed', retryMs })
      if (cause !== undefined) events.fault(unreachable(cause))
    },
  })
  const stops = [() => connector.stop(), () => events.clear(), connectInOneTab(cache, connector, options.tabs, clock)]
  stops.push(whenClosed(cache, close))
  function close(): void {
    for (const stop of stops.splice(0).toReversed()) stop()
  }

  return { on: (type, listener) => events.on(type, listener), close }
}

function isCache(cache: FollowingCache): cache is Cache {
  return 'namespace' in cache
}

/** A namespace would put its name before each key of the server. */
function assertWhole(cache: FollowingCache): void {
  const isOne = typeof (cache as Partial<FollowingCache> | undefined)?.invalidate === 'function'
  if (!isOne || (isCache(cache) && encodedKey(cache, 'key') !== 'key'))
    throw wrongOption('cache', 'a cache', cache, 'Pass on the cache itself, not a namespace.')
}

/** Whether something outlives the page already; where that cannot be read, there may be. */
async function hasEntries(cache: FollowingCache): Promise<boolean> {
  const attendant = await attendantOf(cache)
  return attendant?.database !== undefined && (await firstOf(cache, ENTRIES))?.length !== 0
}

function checkOf(source: unknown): Check | undefined {
  if (typeof source === 'function') return undefined
  return async (request) => {
    const init = { method: 'POST', body: JSON.stringify(request), credentials: 'include' } as const
    const response = await fetch(source as string | URL, init)
    if (!response.ok) throw new Error(`the server responded with ${response.status}`)
    return (await response.json()) as CheckResponse
  }
}

function connectOf(source: unknown): Connect {
  if (typeof source === 'function') return source as Connect
  if (typeof source !== 'string' && !(source instanceof URL))
    throw wrongOption(
      'source',
      'an address or a function',
      source,
      "Use for example `follow(cache, '/invalidations')`.",
    )
  return (after) => {
    const url = new URL(source, globalThis.location?.href)
    if (after !== undefined) url.searchParams.set('after', after)
    return new EventSource(url, { withCredentials: true })
  }
}

function unreachable(cause: unknown): HotpathError {
  return new HotpathError(
    'ERR_HTTP_NETWORK',
    'The invalidations of the server do not arrive. Entries stay as they are until it can be reached again; check its address, and who may hear them.',
    { cause },
  )
}
