import { type Scope, compilePattern, hasKeyPrefix } from '@hotpath/contract'

/** A prefix or a pattern. */
export type MatcherScope = Extract<Scope, { type: 'prefix' | 'pattern' }>

/** Which keys a prefix or a pattern concerns. */
export function matcherOf(scope: MatcherScope): (key: string) => boolean {
  return scope.type === 'prefix' ? (key) => hasKeyPrefix(key, scope.prefix) : compilePattern(scope.pattern)
}

/** Whether every key of one scope is surely a key of another. */
export function covers(wide: MatcherScope, narrow: MatcherScope): boolean {
  return wide.type === 'prefix' && narrow.type === 'prefix' && hasKeyPrefix(narrow.prefix, wide.prefix)
}
