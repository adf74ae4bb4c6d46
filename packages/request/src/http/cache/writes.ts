/** Requests that may change something, and what they outdate (RFC 9111, section 4.4). */
import { type CacheKey, HotpathError, LogError } from '@hotpath/contract'
import type { RequestEvents } from '../../call/events.ts'
import type { Answer } from '../message/answer.ts'
import { fieldOf } from '../rules/header-fields.ts'
import type { HttpCache } from './http-cache.ts'
import type { OutgoingRequest } from '../message/outgoing-request.ts'
import { tagOf } from './stored-response.ts'

/** Whether a write may have changed something. One that failed in the server may have done half of its work. */
export function hasEffect(status: number): boolean {
  return status < 400 || status >= 500
}

/**
 * The tags that a write outdates: its address and those that the answer names in `Location` and `Content-Location`, as
 * far as they are of the same origin, with any query, and what the caller says.
 */
export function outdatedTags({ url, href, tags }: OutgoingRequest, answer: Answer | undefined): readonly string[] {
  const all = new Set([...tags, tagOf(url)])
  for (const name of ['location', 'content-location']) {
    const field = answer && fieldOf(answer.headers, name)
    if (field === undefined || !URL.canParse(field, href)) continue
    const named = new URL(field, href)
    if (named.origin === url.origin) all.add(tagOf(named))
  }
  return [...all]
}

/**
 * Outdates tags and keys. It never fails the write, which has happened: when the cache's log cannot be reached the
 * entries are outdated in this process all the same, and an event tells of it.
 */
export async function outdate(
  cache: HttpCache,
  { tags, keys }: { readonly tags: readonly string[]; readonly keys: readonly CacheKey[] },
  events: RequestEvents | undefined,
): Promise<void> {
  const results = await Promise.allSettled([cache.invalidateTags(tags), ...keys.map((key) => cache.delete(key))])
  for (const result of results) {
    if (result.status === 'fulfilled' || events?.wants('fault') !== true) continue
    const error: unknown = result.reason
    events.emit({ type: 'fault', error: error instanceof HotpathError ? error : unknownFault(error) })
  }
}

function unknownFault(cause: unknown): LogError {
  const message = 'A write was answered, but the cache could not be told what it outdates.'
  return new LogError('ERR_LOG_UNAVAILABLE', message, { cause })
}
