/** Options of a client, and their checks: everything once, when the client is made. */
import {
  type ByteSize,
  type Clock,
  ConfigError,
  type Duration,
  toBytes,
  toMs,
  type OptionTable,
  checkOptions,
  wrongOption,
} from '@hotpath/contract'
import type { RequestEvents } from '../../call/events.ts'
import { clockOf, eventsOf, type PolicyOptions } from '../../checks/policy-options.ts'
import { count, limitMs } from '../../checks/quantities.ts'
import { assertFunction } from '../../call/function.ts'
import type { RetryOptions } from '../../retry/retry.ts'
import type { BatchEndpoint } from '../batch/batch-endpoint.ts'
import type { HttpCache } from '../cache/http-cache.ts'
import type { CachingPolicy } from '../rules/lifetime.ts'
import type { Address } from '../message/address.ts'
import { baseOf } from '../message/target.ts'
import type { HttpTransport } from '../transport/transport.ts'
import type { UndiciDispatcher } from '../transport/undici-transport.ts'

/** Fields of a header; those that are `undefined` are left out. */
export type HeaderValues = Readonly<Record<string, string | undefined>>

/** How responses are cached where they leave it open, and for whom. */
export interface CachingOptions {
  /**
   * Whether the cache serves several users, as one on a server does: `private` responses are not kept, and `s-maxage` is
   * heeded. `false`: it belongs to one user, as in a browser. Default `true`.
   */
  readonly shared?: boolean | undefined
  /** How long a response is fresh that does not say. Default: not at all. */
  readonly ttl?: Duration | undefined
  /** After that: use it and refresh it behind, where the response does not say. Default off. */
  readonly staleWhileRevalidate?: Duration | false | undefined
  /** How long a stale response stands in for a server that fails, where the response does not say. Default off. */
  readonly staleIfError?: Duration | false | undefined
  /** Share of the time since `Last-Modified`, 0 to 1, for which a response is fresh that does not say. Default 0. */
  readonly heuristic?: number | undefined
  /** How long a response with a validator is kept beyond all that, to be asked for with `If-None-Match`. Default `'1h'`. */
  readonly revalidate?: Duration | false | undefined
}

/** How long a request may take: a plain duration is the whole of it. */
export interface HttpTimeouts {
  /** All attempts together, with the pauses between them. Default `'30s'`. */
  readonly total?: Duration | false | undefined
  /** One attempt, its body included. Default: off. */
  readonly attempt?: Duration | false | undefined
}

/** Options of a client. */
export interface HttpClientOptions extends Omit<PolicyOptions, 'name'> {
  /** What paths are put behind. Default: in a page its origin, elsewhere none: then requests need whole addresses. */
  readonly baseUrl?: string | URL | undefined
  /** Headers of all requests to the origin of `baseUrl`; a function is asked for each request. */
  readonly headers?: HeaderValues | (() => HeaderValues | Promise<HeaderValues>) | undefined
  /** Where responses are kept: a cache of `@hotpath/core`, or a namespace of one. Default: nowhere. */
  readonly cache?: HttpCache | undefined
  /** What a response leaves open. */
  readonly caching?: CachingOptions | undefined
  /** How requests are repeated that may be. Default: 3 attempts. */
  readonly retry?: Omit<RetryOptions, 'name' | 'events' | 'clock'> | false | undefined
  /** How long a request may take. Default `'30s'` in all. */
  readonly timeout?: Duration | HttpTimeouts | false | undefined
  /** How many connections to one origin are kept, in Node with undici. Default 64. */
  readonly connections?: number | undefined
  /**
   * Whether a POST or PATCH gets an `Idempotency-Key` and is repeated with it when it fails: only for servers that heed
   * the field. A function makes the key. Default `false`.
   */
  readonly idempotencyKeys?: boolean | (() => string) | undefined
  /**
   * The query parameter by which the server is told the `fields` of a request, for servers that know one. Default `false`: the
   * whole answer is asked for, and the client picks them.
   */
  readonly fieldsParameter?: string | false | undefined
  /** Sends GET requests that come together as one POST: `batchEndpoint({ path: '/batch' })`. Default: off. */
  readonly batch?: BatchEndpoint | undefined
  /** A longer body fails the request. Default `'100mb'`. */
  readonly maxBodyBytes?: ByteSize | undefined
  /** A dispatcher of undici to use instead of one of the client's own, for certificates, proxies and the like. */
  readonly dispatcher?: UndiciDispatcher | undefined
  /** What carries requests instead of undici and `fetch`. */
  readonly transport?: HttpTransport | undefined
}

/** What sending needs. */
export interface NetworkSettings {
  readonly transport: HttpTransport
  readonly clock: Clock
  readonly events: RequestEvents | undefined
  readonly maxBodyBytes: number
}

/** How one request is sent. */
export interface SendSettings {
  readonly retry: HttpClientOptions['retry'] & {}
  readonly timeoutMs: number
  readonly attemptMs: number
}

const CLIENT_OPTIONS: OptionTable<keyof HttpClientOptions> = {
  baseUrl: true,
  headers: true,
  cache: true,
  caching: true,
  retry: true,
  timeout: true,
  connections: true,
  idempotencyKeys: true,
  fieldsParameter: true,
  batch: true,
  maxBodyBytes: true,
  dispatcher: true,
  transport: true,
  events: true,
  clock: true,
}
const CACHING_OPTIONS: OptionTable<keyof CachingOptions> = {
  shared: true,
  ttl: true,
  staleWhileRevalidate: true,
  staleIfError: true,
  heuristic: true,
  revalidate: true,
}
const TIMEOUT_OPTIONS: OptionTable<keyof HttpTimeouts> = { total: true, attempt: true }

const DEFAULT_TIMEOUT_MS = 30_000

/** @throws ConfigError naming the option. */
export function sendSettings(
  options: Pick<HttpClientOptions, 'retry' | 'timeout'>,
  above?: SendSettings,
): SendSettings {
  const { total, attempt } = timeoutsOf(options.timeout)
  const { retry = above?.retry ?? {} } = options
  if (retry !== false && (typeof retry !== 'object' || retry === null)) {
    throw wrongOption('retry', 'an object or `false`', retry, 'Use for example `retry: { attempts: 3 }`.')
  }
  return {
    retry,
    timeoutMs: limitMs(total, above?.timeoutMs ?? DEFAULT_TIMEOUT_MS, 'timeout'),
    attemptMs: limitMs(attempt, above?.attemptMs ?? Number.POSITIVE_INFINITY, 'timeout.attempt'),
  }
}

function timeoutsOf(timeout: HttpClientOptions['timeout']): HttpTimeouts {
  if (typeof timeout !== 'object' || timeout === null) return { total: timeout }
  checkOptions(timeout, 'timeout', TIMEOUT_OPTIONS)
  return timeout
}

/** @throws ConfigError naming the option. */
export function cachingPolicy(caching: CachingOptions = {}): CachingPolicy {
  checkOptions(caching, 'caching', CACHING_OPTIONS)
  const { shared = true, ttl = 0, staleWhileRevalidate, staleIfError, heuristic = 0, revalidate = '1h' } = caching
  if (typeof shared !== 'boolean') {
    throw wrongOption('caching.shared', '`true` or `false`', shared, 'Use `false` for the cache of one user.')
  }
  if (typeof heuristic !== 'number' || !(heuristic >= 0 && heuristic <= 1)) {
    throw wrongOption('caching.heuristic', 'a ratio from 0 to 1', heuristic, 'Use for example 0.1.')
  }
  return {
    shared,
    heuristic,
    ttlMs: toMs(ttl, 'caching.ttl'),
    staleWhileRevalidateMs: windowMs(staleWhileRevalidate, 'caching.staleWhileRevalidate'),
    staleIfErrorMs: windowMs(staleIfError, 'caching.staleIfError'),
    revalidateMs: windowMs(revalidate, 'caching.revalidate'),
  }
}

function windowMs(value: Duration | false | undefined, option: string): number {
  return value === undefined || value === false ? 0 : toMs(value, option)
}

/** Everything else of a client, checked. */
export interface ClientSettings {
  readonly base: Address | undefined
  readonly clock: Clock
  readonly events: RequestEvents | undefined
  readonly connections: number
  readonly maxBodyBytes: number
  readonly newKey: (() => string) | undefined
  readonly fieldsParameter: string | false
}

/** @throws ConfigError naming the option, the value seen and the way out. */
export function clientSettings(options: HttpClientOptions): ClientSettings {
  checkOptions(options, 'createHttpClient', CLIENT_OPTIONS)
  const { fieldsParameter = false, cache, transport, dispatcher } = options
  if (cache !== undefined && typeof cache?.getOrSet !== 'function') {
    throw wrongOption(
      'cache',
      'a cache',
      cache,
      "Use for example `createCache({ name: 'http', tiers: [memory({ maxEntries: 1_000 })] })`.",
    )
  }
  if (options.caching !== undefined && cache === undefined) {
    cachingPolicy(options.caching)
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      '`caching` says how responses are kept in a `cache`, and there is none. Pass `cache` too, or leave `caching` out.',
      { context: { option: 'caching' } },
    )
  }
  if (transport !== undefined && typeof transport?.send !== 'function') {
    throw wrongOption('transport', 'an object with `send`', transport, 'Leave it out for undici and `fetch`.')
  }
  if (dispatcher !== undefined && typeof dispatcher?.dispatch !== 'function') {
    throw wrongOption(
      'dispatcher',
      'a dispatcher of undici',
      dispatcher,
      'Use for example `new Agent({ connect: { ca } })`.',
    )
  }
  if (options.batch !== undefined) assertFunction(options.batch, 'batch', "batch: batchEndpoint({ path: '/batch' })")
  if (fieldsParameter !== false && (typeof fieldsParameter !== 'string' || fieldsParameter === '')) {
    throw wrongOption('fieldsParameter', 'a name or `false`', fieldsParameter, "Use for example 'fields'.")
  }
  return {
    base: baseOf(options.baseUrl),
    clock: clockOf(options),
    events: eventsOf(options),
    connections: count(options.connections, 64, 'connections'),
    maxBodyBytes: toBytes(options.maxBodyBytes ?? '100mb', 'maxBodyBytes'),
    newKey: keyMaker(options.idempotencyKeys),
    fieldsParameter,
  }
}

function keyMaker(given: HttpClientOptions['idempotencyKeys']): (() => string) | undefined {
  if (given === undefined || given === false) return undefined
  if (given === true) return () => crypto.randomUUID()
  assertFunction(given, 'idempotencyKeys', 'idempotencyKeys: () => crypto.randomUUID()')
  return given
}
