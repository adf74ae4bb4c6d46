/** What invalidations name, and what reads depend on. */
import type { CacheKey } from '@hotpath/contract'

/** What `invalidate` takes: a key, all that carries one of the tags, keys by prefix or pattern (one of them for each scope), or everything. */
export type InvalidationScope = OneOf<ScopeMembers> | 'all'

/** Ways to name what is invalidated. */
export interface ScopeMembers {
  /** One key. */
  readonly key: CacheKey
  /** All that carries one of them. */
  readonly tags: readonly string[]
  /** Every key that begins with these parts. */
  readonly prefix: CacheKey
  /** Every encoded key that matches. */
  readonly pattern: string
}

/** An object with exactly one of the members. */
export type OneOf<Members> = {
  readonly [Name in keyof Members]: Readonly<Pick<Members, Name>> & {
    readonly [Other in Exclude<keyof Members, Name>]?: undefined
  }
}[keyof Members]

/** What something that was read depends on. */
export interface Dependencies {
  /** A key. Default: none. */
  readonly key?: CacheKey | undefined
  /** Tags. Default: none. */
  readonly tags?: readonly string[] | undefined
}
