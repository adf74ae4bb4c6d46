/** Scopes as they lie in tables: a letter and a text. */
import type { Invalidation, Scope, Strength } from '@hotpath/contract'
import { cellsOf } from '@hotpath/core/shared'
import type { RecordToAppend } from './backend.ts'

export function toRow({ scope, strength }: Invalidation): RecordToAppend {
  switch (scope.type) {
    case 'all':
      return { strength, type: 'a', value: '', cells: undefined }
    case 'key':
      return { strength, type: 'k', value: scope.key, cells: cellsOf('key', scope.key) }
    case 'tag':
      return { strength, type: 't', value: scope.tag, cells: cellsOf('tag', scope.tag) }
    case 'prefix':
      return { strength, type: 'p', value: scope.prefix, cells: undefined }
    case 'pattern':
      return { strength, type: 'x', value: scope.pattern, cells: undefined }
  }
}

/** What is not known here concerns everything: a later version may have written it. */
export function toScope(type: string, value: string): Scope {
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

/** Strengths as they lie in tables. */
export function toLetter(strength: Strength): 'h' | 's' {
  return strength === 'hard' ? 'h' : 's'
}

export function toStrength(letter: string): Strength {
  return letter === 's' ? 'soft' : 'hard'
}
