/** What the cache keeps of responses, and how it is used again. Plain data: it has to survive every tier's encoding. */
import type { CacheKey, FreshnessOptions, KeyPart } from '@hotpath/contract'
import { digestOf, encodeKey } from '@hotpath/contract'
import type { Address } from '../message/address.ts'
import type { Answer, AnswerSource } from '../message/answer.ts'
import { type HeaderFields, fieldOf, isNeutral } from '../rules/header-fields.ts'
import type { CachingPolicy, Lifetime } from '../rules/lifetime.ts'
import type { OutgoingRequest } from '../message/outgoing-request.ts'
import { allowsAuthorization, storedHeaders } from '../rules/storable.ts'
import { variantOf } from '../rules/vary.ts'

/** A response with what has to be known to use it. */
export interface StoredResponse {
  readonly type: 'response'
  readonly status: number
  readonly headers: HeaderFields
  readonly body: unknown
  readonly url: string
  /** To be validated before each use. */
  readonly validateAlways: boolean
  /** How long after it was stored it may stand in for a server that fails. */
  readonly usableMs: number
  /** Whether it may answer requests that carry credentials. */
  readonly authorized: boolean
  /** Set when it may not be stored: whose headers it answers, and those alone. */
  readonly onlyFor?: string | undefined
}

/** Stands under the address where the responses differ by request fields: which ones. */
export interface StoredVary {
  readonly type: 'vary'
  readonly names: readonly string[]
}

/** The load failed, and nothing stored may stand in for it. Never stored. */
export interface FailedLoad {
  readonly type: 'failure'
  readonly error: unknown
  readonly onlyFor: string
}

/** A value of the cache. */
export type Stored = StoredResponse | StoredVary | FailedLoad

/** Key of an address, for all that the header selects beside it (`Selection`), or of one of the variants of that. */
export function keyOf(
  { href, kind, headers, selection }: OutgoingRequest,
  names: readonly string[],
  { shared }: Pick<CachingPolicy, 'shared'>,
): CacheKey {
  // What one user keeps is not for those who share a cache with him.
  const parts: KeyPart[] = shared ? ['http', href] : ['http', 'private', href]
  if (kind !== 'auto') parts.push(kind)
  const selected = selection.keyPart(href)
  if (selected !== undefined) parts.push({ selected })
  if (names.length === 0) return parts
  const variant = variantOf(names, headers)
  parts.push(names.every(isNeutral) ? variant : digestOf(JSON.stringify([href, variant])))
  return parts
}

/** What a tag may have, in bytes. Addresses are ASCII once parsed. */
const MAX_TAG_LENGTH = 256

/** The tag of everything that was read from an address, whatever its query. Long addresses end in a hash. */
export function tagOf({ origin, pathname }: Pick<Address, 'origin' | 'pathname'>): string {
  const tag = `http:${origin}${pathname}`
  return tag.length <= MAX_TAG_LENGTH ? tag : encodeKey(['http', origin, pathname])
}

/** How long the cache keeps a response: fresh, then stale and refreshed behind, then at hand to be validated. */
export function windowsOf(lifetime: Lifetime): Pick<FreshnessOptions, 'ttl' | 'staleWhileRevalidate' | 'staleIfError'> {
  const { freshMs, staleMs, keptMs } = lifetime
  // 0 would not be stored. What must not be used for even a millisecond says so itself (`validateAlways`).
  return { ttl: Math.max(1, freshMs), staleWhileRevalidate: staleMs, staleIfError: keptMs }
}

/** Whether there is any use in storing a response. */
export function isOfUse({ freshMs, staleMs, keptMs }: Lifetime): boolean {
  return freshMs + staleMs + keptMs > 0
}

/** What to keep of an answer. */
export function entryOf(answer: Answer, lifetime: Lifetime, policy: CachingPolicy): StoredResponse {
  const { status, headers, body, url } = answer
  const { freshMs, errorMs, validateAlways } = lifetime
  return {
    type: 'response',
    status,
    headers: storedHeaders(headers),
    body,
    url,
    validateAlways,
    usableMs: errorMs === 0 ? 0 : freshMs + errorMs,
    authorized: allowsAuthorization(headers, policy),
  }
}

/** Whether a response may answer a request, headers that it varies by aside. */
export function isFor(request: OutgoingRequest, { onlyFor, authorized }: StoredResponse): boolean {
  if (onlyFor !== undefined) return onlyFor === request.identity
  return authorized || fieldOf(request.headers, 'authorization') === undefined
}

/** An answer out of what was stored. */
export function answerFrom({ status, headers, body, url }: StoredResponse, from: AnswerSource): Answer {
  return { status, headers, body, url, from, redirected: false, delayMs: 0 }
}
