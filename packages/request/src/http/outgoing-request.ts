import type { CacheKey } from '@hotpath/contract'
import type { Address } from './address.ts'
import type { Send } from './network.ts'
import type { BodyKind } from './response-body.ts'

/** One request, ready to be sent any number of times. */
export interface OutgoingRequest {
  /** In capitals. */
  readonly method: string
  readonly url: Address
  readonly href: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Tells requests with different headers apart, also those of different clients over one cache. */
  readonly identity: string
  /** Names of the fields that its client sends with all requests to its own origin. */
  readonly ownFields: readonly string[]
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
