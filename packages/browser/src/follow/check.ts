/** What a client asks a server after a gap. */
import type { Token } from '@hotpath/contract'

/** What the client has. */
export interface CheckRequest {
  /** Up to where it has heard everything. */
  readonly token: Token
  /** Encoded keys of what it has stored. */
  readonly keys: readonly string[]
  /** Tags of what it has stored. */
  readonly tags: readonly string[]
}

/** What does not hold any more. */
export interface CheckResponse {
  /** Where the server's log was before it judged. */
  readonly token: Token
  /** Keys that do not hold. */
  readonly keys: readonly string[]
  /** Tags that do not hold. */
  readonly tags: readonly string[]
}
