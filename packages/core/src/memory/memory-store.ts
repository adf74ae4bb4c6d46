import type { Entry, EvictionBounds, EvictionPolicy, TierStore } from '@hotpath/contract'

/** What doors that are entries of their own find in a memory tier: they come before its policy when they are used first. */
export interface MemoryStore extends TierStore {
  policy: EvictionPolicy
  /** Those of the policy: smaller while something is kept beside it. */
  readonly bounds: { -readonly [Name in keyof EvictionBounds]: EvictionBounds[Name] }
  /** Keys of what was stored ahead of use. Some may have been used since, or be gone. */
  readonly speculative: Set<string>
  /** What entries were stored as that `maxTtl` shortened. */
  readonly uncapped: WeakMap<Entry, Entry>
}

/** What an entry of a tier was stored as: with the life that it has wherever it is kept. */
export function asStored(store: TierStore | undefined, entry: Entry): Entry {
  return (store as Partial<MemoryStore> | undefined)?.uncapped?.get(entry) ?? entry
}
