import type { CacheKey } from '@hotpath/contract'
import type { Address } from './address.ts'
import type { Wrapped } from '../../call/wrapped.ts'
import type { Answer } from './answer.ts'
import type { BodyKind } from './response-body.ts'
import { Selection } from '../rules/selection.ts'

/** The header of a request, with what tells it from others. */
export interface Head {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Tells requests with different headers apart, also those of different clients over one cache. */
  readonly identity: string
  /** What the header selects beside the address. */
  readonly selection: Selection
}

/** What many requests with the same header have in common. */
export function headOf(headers: Head['headers']): Head {
  return { headers, identity: JSON.stringify(headers), selection: new Selection(headers) }
}

/** Sends a request until there is an answer, or no attempt is left. */
export type Send = Wrapped<(request: OutgoingRequest) => Promise<Answer>>

/** One request, ready to be sent any number of times. */
export interface OutgoingRequest extends Head {
  /** In capitals. */
  readonly method: string
  readonly url: Address
  readonly href: string
  readonly body: string | Uint8Array | undefined
  readonly kind: BodyKind
  /** Whether to send it twice does no more than to send it once. */
  readonly repeatable: boolean
  readonly signal: AbortSignal | undefined
  /** The way to the server, with what the caller said of time and attempts. */
  readonly send: Send
  /** What the caller says of its entry in the cache, or of what a write outdates. */
  readonly tags: readonly string[]
  /** Keys of the cache that a write outdates. */
  readonly keys: readonly CacheKey[]
  readonly caching: 'use' | 'refresh' | 'off'
  readonly ttlMs: number | undefined
}
