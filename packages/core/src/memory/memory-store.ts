import type { EvictionBounds, EvictionPolicy, TierStore } from '@hotpath/contract'

/** What doors that are entries of their own find in a memory tier: they come before its policy when they are used first. */
export interface MemoryStore extends TierStore {
  policy: EvictionPolicy
  /** Those of the policy: smaller while something is kept beside it. */
  readonly bounds: { -readonly [Name in keyof EvictionBounds]: EvictionBounds[Name] }
  /** Keys of what was stored ahead of use. Some may have been used since, or be gone. */
  readonly speculative: Set<string>
}
