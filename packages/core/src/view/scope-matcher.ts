import { type Scope, hasKeyPrefix } from '@hotpath/contract'

/** A prefix or a pattern. */
export type MatcherScope = Extract<Scope, { type: 'prefix' | 'pattern' }>

/** Compiles a pattern: `compilePattern` of the contract where keys are shortened, `compileWholePattern` where they are not. */
export type PatternCompiler = (pattern: string) => (key: string) => boolean

/** Which keys a prefix or a pattern concerns. */
export function matcherOf(scope: MatcherScope, compile: PatternCompiler): (key: string) => boolean {
  return scope.type === 'prefix' ? (key) => hasKeyPrefix(key, scope.prefix) : compile(scope.pattern)
}

/** Whether every key of one scope is surely a key of another. */
export function covers(wide: MatcherScope, narrow: MatcherScope): boolean {
  return wide.type === 'prefix' && narrow.type === 'prefix' && hasKeyPrefix(narrow.prefix, wide.prefix)
}
