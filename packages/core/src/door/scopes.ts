/** What an invalidation names, as the log keeps it. */
import { type Scope, validateTags, wrongOption } from '@hotpath/contract'
import { assertIterable } from './input.ts'
import type { ScopeMembers } from '../cache/scope.ts'

/** What a call names its scopes by. */
export type ScopeKind = keyof ScopeMembers | 'all' | 'scopes'

/** The members of a scope, one of which it has. */
const MEMBERS = { key: true, tags: true, prefix: true, pattern: true }

/**
 * The scopes of tags, as many as there are: what an entry carries is bounded, what a call invalidates is not.
 *
 * @throws TagError
 */
export function tagScopes(tags: readonly string[], where: string): Scope[] {
  return validateTags(tags, where, Number.POSITIVE_INFINITY).map(tagScope)
}

function tagScope(tag: string): Scope {
  return { type: 'tag', tag }
}

/**
 * The scopes of a list that a caller made.
 *
 * @param scopesBy - Those of one.
 * @throws KeyError, TagError, PatternError, or ConfigError for what is no scope.
 */
export function scopesOf(
  scopes: unknown,
  scopesBy: (kind: Exclude<ScopeKind, 'scopes'>, named: unknown) => readonly Scope[],
): Scope[] {
  return Array.from(assertIterable(scopes as Iterable<unknown>, 'invalidate', SCOPES_WAY_OUT), (scope) => {
    if (scope === 'all') return scopesBy('all', undefined)
    const given = Object.entries(Object(scope) as Partial<ScopeMembers>).filter(([, value]) => value !== undefined)
    // None is left out silently: what it names would be served on.
    const [kind, named] = given.length === 1 ? (given[0] as [string, unknown]) : ['', undefined]
    if (!Object.hasOwn(MEMBERS, kind)) throw wrongOption('a scope', SCOPES, scope, SCOPES_WAY_OUT)
    return scopesBy(kind as keyof ScopeMembers, named)
  }).flat()
}

const SCOPES = "one of `{ key }`, `{ tags }`, `{ prefix }`, `{ pattern }` and `'all'`"
const SCOPES_WAY_OUT = "Use for example `cache.invalidate([{ key: ['user', 42] }, { tags: ['users'] }])`."
