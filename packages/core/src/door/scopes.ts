/** What an invalidation names, as the log keeps it. */
import { type CacheKey, type Scope, validateTags, wrongOption } from '@hotpath/contract'
import type { InvalidationScope } from '../cache.ts'
import { assertIterable } from './input.ts'
import type { KeySpace } from './key-space.ts'

/**
 * The scopes of tags, as many as there are: what an entry carries is bounded, what a call invalidates is not.
 *
 * @throws TagError
 */
export function tagScopes(tags: readonly string[], where: string): Scope[] {
  return validateTags(tags, where, Number.POSITIVE_INFINITY).map((tag) => ({ type: 'tag', tag }))
}

/** @throws KeyError, TagError, PatternError, or ConfigError for what is no scope. */
export function scopesOf(
  keys: KeySpace,
  encode: (key: CacheKey) => string,
  scopes: Iterable<InvalidationScope>,
): Scope[] {
  return Array.from(assertIterable(scopes, 'invalidate', SCOPES_WAY_OUT), (scope) => {
    if (scope === 'all') return [keys.all()]
    const { key, tags, prefix, pattern, ...others } = Object(scope) as Record<string, never>
    const given = [key, tags, prefix, pattern, ...Object.values(others)].filter((one) => one !== undefined)
    // None is left out silently: what it names would be served on.
    if (given.length === 1) {
      if (key !== undefined) return [{ type: 'key' as const, key: encode(key) }]
      if (tags !== undefined) return tagScopes(tags, 'tags')
      if (prefix !== undefined) return [keys.prefix(prefix)]
      if (pattern !== undefined) return [keys.pattern(pattern)]
    }
    throw wrongOption(
      'a scope',
      "one of `{ key }`, `{ tags }`, `{ prefix }`, `{ pattern }` and `'all'`",
      scope,
      SCOPES_WAY_OUT,
    )
  }).flat()
}

const SCOPES_WAY_OUT = "Use for example `cache.invalidate([{ key: ['user', 42] }, { tags: ['users'] }])`."
