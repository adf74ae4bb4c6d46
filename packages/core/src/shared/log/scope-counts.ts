/** How often each scope is in effect. Cost: a judgement is one look-up per tag and key and one test per pattern. */
import { type Invalidation, type Strength, compilePattern } from '@hotpath/contract'
import { idOf } from './invalidation-set.ts'
import { matcherOf } from '../../view/scope-matcher.ts'

interface Matcher {
  readonly strength: Strength
  readonly matches: (key: string) => boolean
}

export class ScopeCounts {
  /** By `idOf`. */
  readonly #counts = new Map<string, number>()
  /** Those of prefixes and patterns, too. */
  readonly #matchers = new Map<string, Matcher>()

  add(invalidation: Invalidation): void {
    const id = idOf(invalidation)
    const { scope, strength } = invalidation
    const before = this.#counts.get(id) ?? 0
    this.#counts.set(id, before + 1)
    if (before === 0 && (scope.type === 'prefix' || scope.type === 'pattern'))
      this.#matchers.set(id, { strength, matches: matcherOf(scope, compilePattern) })
  }

  /** Takes one away that was added. */
  remove(invalidation: Invalidation): void {
    const id = idOf(invalidation)
    const left = (this.#counts.get(id) ?? 0) - 1
    if (left > 0) return void this.#counts.set(id, left)
    this.#counts.delete(id)
    this.#matchers.delete(id)
  }

  /** The strongest that matches. */
  strengthFor(key: string, tags: readonly string[]): Strength | undefined {
    if (this.#concerns('hard', key, tags)) return 'hard'
    return this.#concerns('soft', key, tags) ? 'soft' : undefined
  }

  /** Whether exactly this one is in effect. */
  has(invalidation: Invalidation): boolean {
    return this.#counts.has(idOf(invalidation))
  }

  #concerns(strength: Strength, key: string, tags: readonly string[]): boolean {
    if (this.#counts.size === 0) return false
    if (this.has({ strength, scope: { type: 'all' } }) || this.has({ strength, scope: { type: 'key', key } }))
      return true
    if (tags.some((tag) => this.has({ strength, scope: { type: 'tag', tag } }))) return true
    for (const matcher of this.#matchers.values())
      if (matcher.strength === strength && matcher.matches(key)) return true
    return false
  }
}
