import {
  checkOptions,
  type Clock,
  clockOption,
  countOption,
  type Duration,
  type MaybePromise,
  type OptionTable,
  parseToken,
  systemClock,
  type Token,
  toMs,
  wrongOption,
} from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { changes } from '@hotpath/core/changes'
import { respondToCheck } from './check-request.ts'
import { eventStream } from './event-stream.ts'
import { type Hears, hearsBy, type MayHear } from './may-hear.ts'

/** Options of `serveInvalidations`. */
export interface ServeInvalidationsOptions {
  /**
   * Who may hear what: called for each request. `false` refuses it (403). Keys, tags, prefixes and patterns are names of
   * your application, so return `() => true` only where none of them is a secret; what a client may not hear of is left out, so
   * let it hear of all that it can have. That everything was invalidated is heard by all. Where the function that it returns
   * throws or is async, the client hears of a gap, which names nothing, and a `fault` event says why.
   */
  readonly allow: (request: Request) => MaybePromise<false | MayHear>
  /** How often a client hears that the connection is alive, from `'1s'`. Default `'15s'`. */
  readonly heartbeat?: Duration | undefined
  /** How many may listen at once; others get 503. Default 10,000. */
  readonly maxClients?: number | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
}

/** Responds to requests: to be mounted under one path. */
export type ServeInvalidations = (request: Request) => Promise<Response>

const OPTIONS: OptionTable<keyof ServeInvalidationsOptions> = {
  allow: '() => () => true',
  heartbeat: true,
  maxClients: countOption,
  clock: clockOption,
}

/**
 * Serves the invalidations of a cache to browsers, for `follow` of `@hotpath/browser/follow`. `GET` responds with server-sent
 * events, from the `Last-Event-ID` header or `after` of the address on, else from now on; `POST` says which of a client's keys and tags
 * still hold.
 *
 * The handler takes a `Request` and returns a `Response`, as Hono, Next, Deno, Bun and service workers have them. It rejects
 * with what `allow` throws. Streams end with the cache, and when the client leaves.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { serveInvalidations } from '@hotpath/browser/server'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const serve = serveInvalidations(cache, {
 *   allow: (request) => request.headers.has('authorization') && ((scope) => scope.type !== 'tag' || !scope.tag.startsWith('staff:')),
 * })
 *
 * const refused = await serve(new Request('https://shop.example/invalidations'))
 * const headers = { authorization: 'Bearer secret' }
 * const stream = await serve(new Request('https://shop.example/invalidations', { headers }))
 * console.log(refused.status, stream.headers.get('content-type')) // 403 text/event-stream
 * await stream.body?.cancel()
 * await cache.close()
 * ```
 */
export function serveInvalidations(cache: Cache, options: ServeInvalidationsOptions): ServeInvalidations {
  checkOptions(options, 'serveInvalidations', OPTIONS)
  const { allow, maxClients = 10_000, clock = systemClock } = options
  if (typeof (cache as Partial<Cache> | undefined)?.position !== 'function')
    throw wrongOption('cache', 'a cache', cache, 'Pass on what `createCache` returned.')
  if (typeof allow !== 'function')
    throw wrongOption(
      'allow',
      'a function',
      allow,
      'Who may hear which keys and tags is for you to say: `allow: () => () => true` for all.',
    )
  const heartbeatMs = Math.max(1_000, toMs(options.heartbeat ?? '15s', 'heartbeat'))
  let clients = 0

  async function listen(request: Request, hears: Hears): Promise<Response> {
    if (clients >= maxClients) return busy()
    clients++
    const left = (): void => void clients--
    const stream = await streamOf(request, hears, left).catch((error: unknown) => {
      left()
      throw error
    })
    if (stream !== undefined) return respond(stream)
    left()
    return busy()
  }

  /** `undefined` while nobody knows where the log is. */
  async function streamOf(
    request: Request,
    hears: Hears,
    ended: () => void,
  ): Promise<ReadableStream<Uint8Array> | undefined> {
    const now = (await cache.ready()) ? cache.position() : undefined
    if (now === undefined) return undefined
    const given = givenToken(request)
    const from = isToken(given) ? given : now
    const isGap = given !== undefined && given !== from
    return eventStream(changes(cache, { from, signal: request.signal }), {
      from,
      isGap,
      clock,
      heartbeatMs,
      hears,
      signal: request.signal,
      ended,
    })
  }

  return async (request) => {
    const { method } = request
    if (method !== 'GET' && method !== 'POST')
      return new Response(null, { status: 405, headers: { allow: 'GET, POST' } })
    const mayHear = await allow(request)
    if (typeof mayHear !== 'function') return new Response(null, { status: 403 })
    const hears = hearsBy(cache, mayHear)
    return method === 'POST' ? respondToCheck(cache, request, hears) : listen(request, hears)
  }
}

function busy(): Response {
  return new Response(null, { status: 503, headers: { 'retry-after': '5' } })
}

function respond(stream: ReadableStream<Uint8Array>): Response {
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // nginx would collect what it passes on.
      'x-accel-buffering': 'no',
    },
  })
}

/** What a client says that it has dealt with. */
function givenToken(request: Request): string | undefined {
  return request.headers.get('last-event-id') || new URL(request.url).searchParams.get('after') || undefined
}

function isToken(given: string | undefined): given is Token {
  try {
    parseToken(given ?? '')
    return true
  } catch {
    return false
  }
}
