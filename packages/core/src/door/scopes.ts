/** What an invalidation names, as the log keeps it. */
import { type CacheKey, type Scope, validateTags, wrongOption } from '@hotpath/contract'
import { assertIterable } from './input.ts'
import type { KeySpace } from './key-space.ts'
import type { InvalidationScope, ScopeMembers } from '../cache/scope.ts'

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
    const given = Object.entries(Object(scope) as Partial<ScopeMembers>).filter(([, value]) => value !== undefined)
    // None is left out silently: what it names would be served on.
    const [name, value] = given.length === 1 ? (given[0] as [string, unknown]) : []
    switch (name) {
      case 'key':
        return [{ type: 'key' as const, key: encode(value as CacheKey) }]
      case 'tags':
        return tagScopes(value as readonly string[], 'tags')
      case 'prefix':
        return [keys.prefix(value as CacheKey)]
      case 'pattern':
        return [keys.pattern(value as string)]
      default:
        throw wrongOption('a scope', SCOPES, scope, SCOPES_WAY_OUT)
    }
  }).flat()
}

const SCOPES = "one of `{ key }`, `{ tags }`, `{ prefix }`, `{ pattern }` and `'all'`"
const SCOPES_WAY_OUT = "Use for example `cache.invalidate([{ key: ['user', 42] }, { tags: ['users'] }])`."
