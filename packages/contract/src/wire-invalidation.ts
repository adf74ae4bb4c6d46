/** Scopes and strengths as shared logs write them: a letter each, and the scope's own string. */
import type { Invalidation, Scope, Strength } from './ports/log.ts'

/** What kind of scope it is: all, key, tag, prefix, pattern (x). */
export type ScopeLetter = 'a' | 'k' | 't' | 'p' | 'x'

/** Hard or soft. */
export type StrengthLetter = 'h' | 's'

/** An invalidation as a shared log writes it. */
export interface WireInvalidation {
  /** Its strength. */
  readonly strength: StrengthLetter
  /** The kind of its scope. */
  readonly type: ScopeLetter
  /** The key, tag, prefix or pattern; empty for all. */
  readonly value: string
}

/**
 * An invalidation in the form that a shared log writes.
 *
 * @example
 * ```ts
 * import { toWireInvalidation } from '@hotpath/contract'
 *
 * const { strength, type, value } = toWireInvalidation({ strength: 'hard', scope: { type: 'tag', tag: 'country:DE' } })
 * console.log(strength, type, value) // h t country:DE
 * ```
 */
export function toWireInvalidation({ scope, strength }: Invalidation): WireInvalidation {
  const letter = strength === 'hard' ? 'h' : 's'
  switch (scope.type) {
    case 'all':
      return { strength: letter, type: 'a', value: '' }
    case 'key':
      return { strength: letter, type: 'k', value: scope.key }
    case 'tag':
      return { strength: letter, type: 't', value: scope.tag }
    case 'prefix':
      return { strength: letter, type: 'p', value: scope.prefix }
    case 'pattern':
      return { strength: letter, type: 'x', value: scope.pattern }
  }
}

/**
 * Reads what `toWireInvalidation` wrote. Letters that are not known are those of a later version, so what they say is
 * read as the most that it can mean: hard, and all.
 *
 * @example
 * ```ts
 * import { fromWireInvalidation } from '@hotpath/contract'
 *
 * console.log(fromWireInvalidation({ strength: 's', type: 'k', value: 'user:42' }).scope) // { type: 'key', key: 'user:42' }
 * console.log(fromWireInvalidation({ strength: '?', type: '?', value: '' })) // { scope: { type: 'all' }, strength: 'hard' }
 * ```
 */
export function fromWireInvalidation({
  strength,
  type,
  value,
}: Readonly<Record<keyof WireInvalidation, string>>): Invalidation {
  return { scope: scopeOf(type, value), strength: strengthOf(strength) }
}

/**
 * The strength that a letter stands for; hard for any that is not known.
 *
 * @example
 * ```ts
 * import { strengthOf } from '@hotpath/contract'
 *
 * console.log(strengthOf('s'), strengthOf('h')) // soft hard
 * ```
 */
export function strengthOf(letter: string): Strength {
  return letter === 's' ? 'soft' : 'hard'
}

function scopeOf(type: string, value: string): Scope {
  switch (type) {
    case 'k':
      return { type: 'key', key: value }
    case 't':
      return { type: 'tag', tag: value }
    case 'p':
      return { type: 'prefix', prefix: value }
    case 'x':
      return { type: 'pattern', pattern: value }
    default:
      return { type: 'all' }
  }
}
