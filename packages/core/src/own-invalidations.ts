/**
 * This node's invalidations that the log has not acknowledged.
 *
 * Invariant: from the call until the log has given them a position they outdate whatever they match, whenever it was
 * loaded. One whose outcome is unknown stays, is appended again until it is accepted, and so keeps its effect; records
 * may be appended twice, which costs misses only. Bounded: too many become one hard record for *all*.
 */
import { type Invalidation, type Strength, compilePattern, hasKeyPrefix } from '@hotpath/contract'

const MAX_PENDING = 1_000
const EVERYTHING: Invalidation = { scope: { type: 'all' }, strength: 'hard' }

interface Pending {
  readonly strength: Strength
  matches(key: string, tags: readonly string[]): boolean
}

/** One append on its way; to be handed back when it is settled. */
export interface Batch {
  readonly invalidations: readonly Invalidation[]
  readonly pending: readonly Pending[]
}

export class OwnInvalidations {
  readonly #batches = new Set<Batch>()
  #size = 0

  get empty(): boolean {
    return this.#size === 0
  }

  add(invalidations: readonly Invalidation[]): Batch {
    const batch: Batch = { invalidations, pending: invalidations.map(toPending) }
    this.#batches.add(batch)
    this.#size += invalidations.length
    return batch
  }

  remove(batch: Batch): void {
    if (this.#batches.delete(batch)) this.#size -= batch.invalidations.length
  }

  /** Puts a batch whose outcome is unknown into a form to be appended again: the same, or *all* when too much is waiting. */
  requeue(batch: Batch): Batch {
    if (this.#size <= MAX_PENDING) return batch
    this.remove(batch)
    return this.add([EVERYTHING])
  }

  /** The strongest pending invalidation that matches. */
  strengthFor(key: string, tags: readonly string[]): Strength | undefined {
    let found: Strength | undefined
    for (const batch of this.#batches) {
      for (const one of batch.pending) {
        if (!one.matches(key, tags)) continue
        if (one.strength === 'hard') return 'hard'
        found = 'soft'
      }
    }
    return found
  }
}

function toPending({ scope, strength }: Invalidation): Pending {
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
