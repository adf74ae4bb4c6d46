/** How often each scope is in effect. Cost: a judgement is one look-up per tag and key and one test per pattern. */
import { type Invalidation, type Strength, compilePattern } from '@hotpath/contract'
import { idOf } from './invalidation-set.ts'
import { matcherOf } from '../../view/scope-matcher.ts'

interface Matcher {
  readonly matches: (key: string) => boolean
  count: number
}

/** The scopes of one strength. */
interface Counts {
  all: number
  readonly keys: Map<string, number>
  readonly tags: Map<string, number>
  /** Prefixes and patterns. */
  readonly matchers: Map<string, Matcher>
}

function noCounts(): Counts {
  return { all: 0, keys: new Map(), tags: new Map(), matchers: new Map() }
}

export class ScopeCounts {
  readonly #hard = noCounts()
  readonly #soft = noCounts()

  add(invalidation: Invalidation): void {
    this.#count(invalidation, 1)
  }

  /** Takes one away that was added. */
  remove(invalidation: Invalidation): void {
    this.#count(invalidation, -1)
  }

  /** The strongest that matches. */
  strengthFor(key: string, tags: readonly string[]): Strength | undefined {
    if (concerns(this.#hard, key, tags)) return 'hard'
    return concerns(this.#soft, key, tags) ? 'soft' : undefined
  }

  /** Whether exactly this one is in effect. */
  has(invalidation: Invalidation): boolean {
    const { scope, strength } = invalidation
    const counts = strength === 'hard' ? this.#hard : this.#soft
    if (scope.type === 'all') return counts.all > 0
    if (scope.type === 'key') return counts.keys.has(scope.key)
    return scope.type === 'tag' ? counts.tags.has(scope.tag) : counts.matchers.has(idOf(invalidation))
  }

  #count(invalidation: Invalidation, step: 1 | -1): void {
    const { scope, strength } = invalidation
    const counts = strength === 'hard' ? this.#hard : this.#soft
    switch (scope.type) {
      case 'all':
        counts.all += step
        break
      case 'key':
        count(counts.keys, scope.key, step)
        break
      case 'tag':
        count(counts.tags, scope.tag, step)
        break
      case 'prefix':
      case 'pattern': {
        const id = idOf(invalidation)
        const matcher = counts.matchers.get(id) ?? { matches: matcherOf(scope, compilePattern), count: 0 }
        matcher.count += step
        if (matcher.count === 0) counts.matchers.delete(id)
        else counts.matchers.set(id, matcher)
        break
      }
    }
  }
}

function count(counts: Map<string, number>, id: string, step: number): void {
  const next = (counts.get(id) ?? 0) + step
  if (next === 0) counts.delete(id)
  else counts.set(id, next)
}

function concerns({ all, keys, tags: counted, matchers }: Counts, key: string, tags: readonly string[]): boolean {
  if (all > 0 || keys.has(key)) return true
  if (counted.size > 0) for (const tag of tags) if (counted.has(tag)) return true
  for (const { matches } of matchers.values()) if (matches(key)) return true
  return false
}
