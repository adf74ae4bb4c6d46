/** Scopes and strengths as shared logs write them: a letter each, and the scope's own string. */
import { compilePattern } from './pattern.ts'
import { type Invalidation, type Scope, type Strength, strengthInState } from './ports/log.ts'

/**
 * What kind of scope it is: all, key, tag, prefix, pattern (x). Of an invalidation that is soft for a time and hard after
 * that, the letter that follows each of them.
 */
export type ScopeLetter = 'a' | 'k' | 't' | 'p' | 'x' | TimedScopeLetter

/** Of what is soft for a time, in the same order. */
export type TimedScopeLetter = 'b' | 'l' | 'u' | 'q' | 'y'

/** Hard or soft. */
export type StrengthLetter = 'h' | 's'

/** An invalidation as a shared log writes it. */
export interface WireInvalidation {
  /** The strength that the state of the log keeps it with. */
  readonly strength: StrengthLetter
  /** The kind of its scope. */
  readonly type: ScopeLetter
  /** The key, tag, prefix or pattern; empty for all. Where it is soft for a time, that in milliseconds and `:` before it. */
  readonly value: string
}

const UNTIMED = ['a', 'k', 't', 'p', 'x'] as const
const TIMED = ['b', 'l', 'u', 'q', 'y'] as const

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
export function toWireInvalidation(invalidation: Invalidation): WireInvalidation {
  const { scope, forMs } = invalidation
  const [type, value] = lettersOf(scope)
  const strength = strengthInState(invalidation) === 'hard' ? 'h' : 's'
  if (forMs === undefined) return { strength, type, value }
  // Whole, and so no longer than was asked for: a fraction, or `1e21`, would be read as what is not known.
  const wholeMs = Math.min(Math.floor(forMs), Number.MAX_SAFE_INTEGER)
  return { strength, type: TIMED[UNTIMED.indexOf(type)] as TimedScopeLetter, value: `${wholeMs}:${value}` }
}

/**
 * Reads what `toWireInvalidation` wrote. Letters that are not known are those of a later version, so what they say is
 * read as the most that it can mean: hard, and all. So is a pattern that is none.
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
  const untimed = UNTIMED[TIMED.indexOf(type as TimedScopeLetter)]
  const timed = untimed === undefined ? null : TIMED_VALUE.exec(value)
  if (untimed === undefined || timed === null) return { scope: scopeOf(type, value), strength: strengthOf(strength) }
  return { scope: scopeOf(untimed, timed[2] as string), strength: 'soft', forMs: Number(timed[1]) }
}

const TIMED_VALUE = /^(\d{1,16}):(.*)$/s

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

function lettersOf(scope: Scope): readonly [Exclude<ScopeLetter, TimedScopeLetter>, string] {
  switch (scope.type) {
    case 'all':
      return ['a', '']
    case 'key':
      return ['k', scope.key]
    case 'tag':
      return ['t', scope.tag]
    case 'prefix':
      return ['p', scope.prefix]
    case 'pattern':
      return ['x', scope.pattern]
  }
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
      return isPattern(value) ? { type: 'pattern', pattern: value } : { type: 'all' }
    default:
      return { type: 'all' }
  }
}

/** Anybody may have written it. */
function isPattern(value: string): boolean {
  try {
    compilePattern(value)
    return true
  } catch {
    return false
  }
}
