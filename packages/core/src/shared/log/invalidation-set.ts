/**
 * Invalidations that must not be forgotten, each scope once, bounded.
 *
 * Invariant: whatever was added is covered by what is kept. When there are too many the scopes become wider: keys
 * become prefixes of their first part, since many keys at once are mostly of one kind, and if that is not enough
 * everything becomes one record for all. Wider scopes cost misses, never a stale read. An emptied set is exact again.
 * What is soft for a time is kept as hard: nobody knows how much of that will be left.
 */
import { type Invalidation, MAX_PREFIX_BYTES, type Scope, strengthInState } from '@hotpath/contract'

/** An invalidation, and the largest number that it was added with. */
export interface Ranked {
  readonly invalidation: Invalidation
  readonly rank: number
}

/** Scopes that a set keeps apart. */
const MAX_SCOPES = /* bound: scopes */ 50_000
/** The same in bytes of keys and tags. */
const MAX_BYTES = 8 * 1024 * 1024
/** Scopes that a set keeps apart once they are prefixes: those are costly to judge by, and a log keeps few of them. */
const MAX_WIDE_SCOPES = /* bound: wide-scopes */ 100
/** No key is longer in UTF-8 than so many times its characters. */
const BYTES_PER_CHARACTER = 3
/** Approximate cost of a scope beyond the characters of its id. */
const SCOPE_BYTES = 128

const EVERYTHING: Scope = { type: 'all' }

/** How each level writes a scope, from exact to everything. */
const LEVELS: readonly ((scope: Scope) => Scope)[] = [(scope) => scope, firstPartOf, () => EVERYTHING]

export class InvalidationSet {
  readonly #ranked = new Map<string, Ranked>()
  #bytes = 0
  #level = 0

  get size(): number {
    return this.#ranked.size
  }

  /** Grows when scopes become wider. */
  get level(): number {
    return this.#level
  }

  /** What is kept, in the order in which it was last added. */
  values(): Iterable<Ranked> {
    return this.#ranked.values()
  }

  /**
   * Adds one.
   *
   * @returns What is kept for it, where that is new.
   */
  add(invalidation: Invalidation, rank = 0): Invalidation | undefined {
    const added = this.#put(invalidation, rank)
    while (this.#isFull()) this.#widen()
    return added
  }

  /** Forgets the oldest, up to a rank; only where ranks never get smaller. */
  forgetUpTo(rank: number): void {
    for (const [id, one] of this.#ranked) {
      if (one.rank > rank) break
      this.#delete(id)
    }
  }

  /** Forgets one, if it is kept as it is. Returns whether it was. */
  forget(invalidation: Invalidation): boolean {
    return this.#delete(idOf(invalidation))
  }

  #delete(id: string): boolean {
    const isKept = this.#ranked.delete(id)
    if (isKept) this.#bytes -= bytesOf(id)
    if (this.#ranked.size === 0) this.#level = 0
    return isKept
  }

  #put(given: Invalidation, rank: number): Invalidation | undefined {
    const { scope } = given
    const strength = strengthInState(given)
    const wide = (LEVELS[this.#level] as (scope: Scope) => Scope)(scope)
    const invalidation = wide === scope && strength === given.strength ? given : { scope: wide, strength }
    const id = idOf(invalidation)
    const known = this.#ranked.get(id)
    // Moved to the end, so that the oldest come first.
    if (known === undefined) this.#bytes += bytesOf(id)
    else this.#ranked.delete(id)
    this.#ranked.set(id, { invalidation: known?.invalidation ?? invalidation, rank: Math.max(rank, known?.rank ?? 0) })
    return known === undefined ? invalidation : undefined
  }

  #isFull(): boolean {
    if (this.#level === 0) return this.#ranked.size > MAX_SCOPES || this.#bytes > MAX_BYTES
    return this.#level === 1 && this.#ranked.size > MAX_WIDE_SCOPES
  }

  #widen(): void {
    const all = [...this.#ranked.values()]
    this.#ranked.clear()
    this.#bytes = 0
    this.#level++
    for (const { invalidation, rank } of all) this.#put(invalidation, rank)
  }
}

/** Names a scope and a strength. */
export function idOf({ scope, strength }: Invalidation): string {
  switch (scope.type) {
    case 'all':
      return strength
    case 'key':
      return `${strength} key ${scope.key}`
    case 'tag':
      return `${strength} tag ${scope.tag}`
    case 'prefix':
      return `${strength} prefix ${scope.prefix}`
    case 'pattern':
      return `${strength} pattern ${scope.pattern}`
  }
}

/** The prefix that a key begins with; what it was, for a key of one part and for what is no key. */
function firstPartOf(scope: Scope): Scope {
  if (scope.type !== 'key') return scope
  const end = scope.key.indexOf(':')
  return end > 0 && end * BYTES_PER_CHARACTER <= MAX_PREFIX_BYTES
    ? { type: 'prefix', prefix: scope.key.slice(0, end) }
    : scope
}

function bytesOf(id: string): number {
  return SCOPE_BYTES + id.length * 2
}
