/** What `inspect` resolves to. */
import type { Age, Token } from '@hotpath/contract'

/** What is known of a key. Times are milliseconds. */
export interface Inspection {
  /** Encoded. */
  readonly key: string
  /** `outdated`: an invalidation or another life of the log; `missing`: no tier has it. */
  readonly state: Age | 'outdated' | 'missing'
  /** Kind of the tier that answered. */
  readonly tier: string | undefined
  /** Since it was loaded. */ readonly ageMs: number | undefined
  /** Until it stops being fresh; negative once it is not. */
  readonly ttlLeftMs: number | undefined
  /** Until it is good for nothing. */
  readonly lifeLeftMs: number | undefined
  /** Tags of the value. */
  readonly tags: readonly string[]
  /** Point of the log that the value is current at. */
  readonly asOf: Token | undefined
  /** Estimate of the value alone. */
  readonly bytes: number | undefined
}
