/**
 * How long a response may be used (RFC 9111, section 4.2, and RFC 5861), decided from its header alone.
 *
 * Its age is counted from the moment it was asked for, plus what an `Age` field says (section 4.2.3). The apparent age
 * that the section also knows (our clock minus the server's `Date`) is left out: it adds the difference of two clocks,
 * and no wall clock of another machine decides anything here. For the same reason `Expires` counts from `Date`.
 */
import { type CacheControl, parseCacheControl } from './cache-control.ts'
import { type HeaderFields, fieldOf } from './header-fields.ts'
import { parseHttpDate } from './http-date.ts'
import { isHeuristicallyCacheable } from './storable.ts'

/** What the owner of the cache decided. Times are milliseconds. */
export interface CachingPolicy {
  /** The cache serves several users: `private` is not for it, and `s-maxage` is. */
  readonly shared: boolean
  /** Where a response does not say how long it is fresh. */
  readonly ttlMs: number
  /** Where a response does not say. */
  readonly staleWhileRevalidateMs: number
  /** Where a response does not say. */
  readonly staleIfErrorMs: number
  /** Share of the time since `Last-Modified` that counts as fresh where neither the response nor `ttlMs` says more. */
  readonly heuristic: number
  /** How long a response that can be validated is kept beyond all that. */
  readonly revalidateMs: number
}

/** Times from now on, in milliseconds. */
export interface Lifetime {
  readonly freshMs: number
  /** After `freshMs`: use it and refresh it behind. */
  readonly staleMs: number
  /** After `freshMs`, beside `staleMs`: use it when the server fails. */
  readonly errorMs: number
  /** After `freshMs` and `staleMs`: keep it, to be validated or for a server that fails. */
  readonly keptMs: number
  /** To be validated before each use: `no-cache`, or stale from the start. */
  readonly validateAlways: boolean
}

/** A response as a cache sees it. */
export interface ReceivedResponse {
  readonly status: number
  readonly headers: HeaderFields
  /** Milliseconds from sending the request to having the answer. */
  readonly delayMs: number
}

/** Decides. `nowMs` only tells the century of a date of an obsolete form. */
export function lifetimeOf(response: ReceivedResponse, policy: CachingPolicy, nowMs: number): Lifetime {
  const control = parseCacheControl(fieldOf(response.headers, 'cache-control'))
  const freshMs = freshnessMs(response, control, policy, nowMs) - initialAgeMs(response)
  const stale = staleWindows(control, policy)
  // Who has been stale for a while has used up as much of the windows that follow.
  const lateMs = Math.max(0, -freshMs)
  const staleMs = Math.max(0, stale.whileRevalidateMs - lateMs)
  const errorMs = Math.max(0, stale.ifErrorMs - lateMs)
  const isValidatable = response.headers['etag'] !== undefined || response.headers['last-modified'] !== undefined
  return {
    freshMs: Math.max(0, freshMs),
    staleMs,
    errorMs,
    keptMs: Math.max(isValidatable ? policy.revalidateMs : 0, errorMs - staleMs),
    validateAlways: control.noCache === true || (freshMs <= 0 && staleMs === 0),
  }
}

/** Section 4.2.1. */
function freshnessMs(
  { status, headers }: ReceivedResponse,
  control: CacheControl,
  policy: CachingPolicy,
  nowMs: number,
): number {
  if (control.noCache === true) return 0
  if (policy.shared && control.sharedMaxAgeS !== undefined) return control.sharedMaxAgeS * 1_000
  if (control.maxAgeS !== undefined) return control.maxAgeS * 1_000
  const expires = fieldOf(headers, 'expires')
  const date = parseHttpDate(fieldOf(headers, 'date'), nowMs) ?? nowMs
  // A date that cannot be read, `0` above all, lies in the past (section 5.3).
  if (expires !== undefined) return Math.max(0, (parseHttpDate(expires, nowMs) ?? 0) - date)
  if (policy.ttlMs > 0) return policy.ttlMs
  const modified = parseHttpDate(fieldOf(headers, 'last-modified'), nowMs)
  // Section 4.2.2.
  if (modified === undefined || !isHeuristicallyCacheable(status)) return 0
  return Math.max(0, date - modified) * policy.heuristic
}

/** Section 4.2.3, without the apparent age. */
function initialAgeMs({ headers, delayMs }: ReceivedResponse): number {
  // Of several the first counts, as only the last cache on the way knows them all (section 5.1).
  const [age = ''] = (fieldOf(headers, 'age') ?? '').split(',', 1)
  return delayMs + (/^\d+$/.test(age.trim()) ? Number(age) * 1_000 : 0)
}

/**
 * Section 4.2.4. `s-maxage` forbids stale answers as well, but a server that sends it along with `stale-while-revalidate`
 * means the caches that heed `s-maxage`, and is taken at its word; so is the owner of a private cache.
 */
function staleWindows(control: CacheControl, policy: CachingPolicy): { whileRevalidateMs: number; ifErrorMs: number } {
  const isForbidden = control.noCache === true || control.mustRevalidate || (policy.shared && control.proxyRevalidate)
  if (isForbidden) return { whileRevalidateMs: 0, ifErrorMs: 0 }
  const isForbiddenByDefault = policy.shared && control.sharedMaxAgeS !== undefined
  const window = (saidS: number | undefined, defaultMs: number): number =>
    saidS === undefined ? (isForbiddenByDefault ? 0 : defaultMs) : saidS * 1_000
  return {
    whileRevalidateMs: window(control.staleWhileRevalidateS, policy.staleWhileRevalidateMs),
    ifErrorMs: window(control.staleIfErrorS, policy.staleIfErrorMs),
  }
}
