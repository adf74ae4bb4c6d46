/** Whether a response may be stored (RFC 9111, section 3), and what of it. */
import { type Scope, parseCacheControl } from './cache-control.ts'
import { type HeaderFields, fieldOf, listOf } from './header-fields.ts'
import { parseHttpDate } from './http-date.ts'
import { varyOf } from './vary.ts'

/** Statuses that may be stored without being told how long they are fresh (RFC 9110, section 15.1). 206 is left out: parts are not put together here. */
const HEURISTICALLY_CACHEABLE = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501])
/** Statuses that are stored when they say how long they are fresh. */
const CACHEABLE_IF_TOLD = new Set([302, 303, 307])

/** Whether a status may be given a lifetime that the response does not name. */
export function isHeuristicallyCacheable(status: number): boolean {
  return HEURISTICALLY_CACHEABLE.has(status)
}

/** Statuses in whose place a stale response may be used (RFC 5861, section 4). */
const SERVER_FAILURES = new Set([500, 502, 503, 504])

/** Whether a status says that the server failed, which says nothing of what was asked for. */
export function isServerFailure(status: number): boolean {
  return SERVER_FAILURES.has(status)
}

/** Why a response is not stored. */
export type Objection =
  | 'method'
  | 'status'
  | 'range'
  | 'no-store'
  | 'private'
  | 'authorization'
  | 'set-cookie'
  | 'vary'
  | 'redirected'

/** A response beside its request. */
export interface Exchange {
  readonly method: string
  readonly requestHeaders: HeaderFields
  readonly status: number
  readonly headers: HeaderFields
  /** The transport followed redirects on its own, so that nobody knows how long they hold. */
  readonly redirected: boolean
}

/** What speaks against storing; `undefined`: nothing. */
export function objectionTo(exchange: Exchange, { shared }: { readonly shared: boolean }): Objection | undefined {
  const { method, requestHeaders, status, headers, redirected } = exchange
  if (method !== 'GET') return 'method'
  if (requestHeaders['range'] !== undefined) return 'range'
  const control = parseCacheControl(fieldOf(headers, 'cache-control'))
  const isTold =
    control.permits.has('max-age') ||
    (shared && control.permits.has('s-maxage')) ||
    parseHttpDate(fieldOf(headers, 'expires'), 0) !== undefined ||
    control.permits.has('public')
  if (!HEURISTICALLY_CACHEABLE.has(status) && !(CACHEABLE_IF_TOLD.has(status) && isTold)) return 'status'
  if (control.noStore || parseCacheControl(fieldOf(requestHeaders, 'cache-control')).noStore) return 'no-store'
  if (shared && control.private === true) return 'private'
  if (requestHeaders['authorization'] !== undefined && !allowsAuthorization(headers, { shared })) return 'authorization'
  if (headers['set-cookie'] !== undefined && !withheldFields(headers).includes('set-cookie')) return 'set-cookie'
  if (varyOf(headers) === '*') return 'vary'
  return redirected ? 'redirected' : undefined
}

/** What a response says that is for everybody, also if it was asked for with credentials. */
const ALLOWING = ['public', 'must-revalidate', 's-maxage']

/**
 * Whether a response may answer requests that carry credentials (section 3.5). A private cache is for one user, so there
 * `private` says it too.
 */
export function allowsAuthorization(headers: HeaderFields, { shared }: { readonly shared: boolean }): boolean {
  const { permits } = parseCacheControl(fieldOf(headers, 'cache-control'))
  return ALLOWING.some((name) => permits.has(name)) || (!shared && permits.has('private'))
}

/** Fields that say something of this one exchange and are not for the next. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']
/** Fields of proxies (section 3.1), and those of a body that is kept decoded. */
const NOT_KEPT = [
  ...HOP_BY_HOP,
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'content-encoding',
  'content-length',
]

/** The header to store: without what belongs to the connection, and what the response excepts by name. */
export function storedHeaders(headers: HeaderFields): HeaderFields {
  return without(headers, [...NOT_KEPT, ...namedIn(headers, 'connection'), ...withheldFields(headers)])
}

/** The header as far as it is for who asked, and not for the connection. */
export function endToEnd(headers: HeaderFields): HeaderFields {
  return without(headers, [...HOP_BY_HOP, ...namedIn(headers, 'connection')])
}

function without(headers: HeaderFields, names: readonly string[]): HeaderFields {
  const all = new Set(names)
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !all.has(name)))
}

function namedIn(headers: HeaderFields, name: string): readonly string[] {
  return listOf(fieldOf(headers, name)?.toLowerCase())
}

/** Fields that `private="…"` and `no-cache="…"` name: the rest of the response may be stored (sections 5.2.2.4 and 5.2.2.7). */
function withheldFields(headers: HeaderFields): readonly string[] {
  const control = parseCacheControl(fieldOf(headers, 'cache-control'))
  return [...namesIn(control.private), ...namesIn(control.noCache)]
}

function namesIn(scope: Scope): readonly string[] {
  return typeof scope === 'boolean' ? [] : scope
}
