/**
 * This node's invalidations that the log has not acknowledged.
 *
 * Invariant: from the call until the log has given them a position they outdate whatever they match, whenever it was
 * loaded. Those whose outcome is unknown keep that effect and wait, in order, to be appended again; a record may so be
 * appended twice, which costs misses only. Bounded: too many that wait become one hard record for *all*.
 */
import { type Invalidation, type Strength, compilePattern, hasKeyPrefix } from '@hotpath/contract'

const MAX_WAITING = 1_000
const EVERYTHING: Invalidation = { scope: { type: 'all' }, strength: 'hard' }

interface Match {
  readonly strength: Strength
  matches(key: string, tags: readonly string[]): boolean
}

/** What one append says. */
export interface Batch {
  readonly invalidations: readonly Invalidation[]
  readonly matches: readonly Match[]
}

export class PendingInvalidations {
  /** All that are in effect. */
  readonly #batches = new Set<Batch>()
  /** Those among them whose outcome is unknown. */
  #waiting: Batch | undefined

  get empty(): boolean {
    return this.#batches.size === 0
  }

  add(invalidations: readonly Invalidation[]): Batch {
    const batch: Batch = { invalidations, matches: invalidations.map(toMatch) }
    this.#batches.add(batch)
    return batch
  }

  /** The log has them. */
  settle(batch: Batch): void {
    this.#batches.delete(batch)
  }

  /** The outcome is unknown: they wait, behind those that wait already. Answers the batch that now stands for all of them. */
  postpone(batch: Batch): Batch {
    const all = [...(this.#waiting?.invalidations ?? []), ...batch.invalidations]
    const merged = this.add(all.length > MAX_WAITING ? [EVERYTHING] : all)
    this.#batches.delete(batch)
    if (this.#waiting !== undefined) this.#batches.delete(this.#waiting)
    this.#waiting = merged
    return merged
  }

  /** Takes what waits, to be appended again; it stays in effect. */
  take(): Batch | undefined {
    const waiting = this.#waiting
    this.#waiting = undefined
    return waiting
  }

  /** The strongest pending invalidation that matches. */
  strengthFor(key: string, tags: readonly string[]): Strength | undefined {
    let found: Strength | undefined
    for (const batch of this.#batches) {
      for (const one of batch.matches) {
        if (!one.matches(key, tags)) continue
        if (one.strength === 'hard') return 'hard'
        found = 'soft'
      }
    }
    return found
  }
}

function toMatch({ scope, strength }: Invalidation): Match {
  switch (scope.type) {
    case 'all':
      return { strength, matches: () => true }
    case 'key':
      return { strength, matches: (key) => key === scope.key }
    case 'tag':
      return { strength, matches: (_, tags) => tags.includes(scope.tag) }
    case 'prefix':
      return { strength, matches: (key) => hasKeyPrefix(key, scope.prefix) }
    case 'pattern': {
      const matches = compilePattern(scope.pattern)
      return { strength, matches: (key) => matches(key) }
    }
  }
}
