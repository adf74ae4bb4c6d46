/**
 * This node's invalidations that the log has not acknowledged.
 *
 * Invariant: from the call until the log has given them a position they outdate whatever they match, whenever it was
 * loaded. Those whose outcome is unknown keep that effect and wait to be appended again; a record may so be appended
 * twice, which costs misses only. What waits is bounded as an `InvalidationSet` is.
 *
 * Cost: to add and to settle one takes the same time however many there are.
 */
import type { Invalidation, Strength } from '@hotpath/contract'
import { InvalidationSet } from './invalidation-set.ts'
import { ScopeCounts } from './scope-counts.ts'

/** What one append says. */
export type Batch = readonly Invalidation[]

export class PendingInvalidations {
  /** Those that the log has been asked to append. */
  readonly #sent = new ScopeCounts()
  #sentCount = 0
  /** Those whose outcome is unknown. */
  #waiting = new InvalidationSet()
  #waitingCounts = new ScopeCounts()
  /** Those of them that the log has been asked to append again. */
  readonly #retried = new ScopeCounts()
  readonly #retries = new Set<Batch>()

  get empty(): boolean {
    return this.#sentCount === 0 && this.#waiting.size === 0
  }

  /** From here on they are in effect, in place of the same that wait: appended after this one those would outdate its value. */
  add(batch: Batch): void {
    for (const invalidation of batch) {
      this.#sent.add(invalidation)
      if (this.#waiting.size > 0) this.#replace(invalidation)
    }
    this.#sentCount += batch.length
  }

  #replace(invalidation: Invalidation): void {
    const { scope, strength } = invalidation
    const covered: Batch = strength === 'hard' ? [invalidation, { scope, strength: 'soft' }] : [invalidation]
    for (const one of covered) if (this.#waiting.forget(one)) this.#waitingCounts.remove(one)
  }

  /** The log has them. */
  settle(batch: Batch): void {
    for (const invalidation of batch) this.#sent.remove(invalidation)
    this.#sentCount -= batch.length
    if (this.#retries.delete(batch)) for (const invalidation of batch) this.#retried.remove(invalidation)
  }

  /**
   * The outcome is unknown: they wait, with those that wait already.
   *
   * @returns What is in effect now and was not before: too many that wait become wider, and what is soft for a time is hard.
   */
  postpone(batch: Batch): Batch {
    const { level } = this.#waiting
    for (const invalidation of batch) {
      const added = this.#waiting.add(invalidation)
      if (/* rule: waiting */ added !== undefined) this.#waitingCounts.add(added)
    }
    this.settle(batch)
    // What is soft for a time waits as hard.
    if (this.#waiting.level === level) return batch.filter(({ forMs }) => forMs !== undefined)
    const wider = Array.from(this.#waiting.values(), ({ invalidation }) => invalidation)
    this.#waitingCounts = new ScopeCounts()
    for (const invalidation of wider) this.#waitingCounts.add(invalidation)
    return wider
  }

  /**
   * Takes some of what waits, to be appended again; it stays in effect. Not more than are sent at once, so that later
   * ones can take the place of the others.
   */
  take(max: number): Batch {
    const batch: Invalidation[] = []
    for (const { invalidation } of this.#waiting.values()) {
      if (batch.length === max) break
      batch.push(invalidation)
    }
    for (const invalidation of batch) {
      this.#waiting.forget(invalidation)
      this.#waitingCounts.remove(invalidation)
      this.#sent.add(invalidation)
      this.#retried.add(invalidation)
    }
    this.#sentCount += batch.length
    this.#retries.add(batch)
    return batch
  }

  /** Whether exactly this one is pending. */
  has(invalidation: Invalidation): boolean {
    return this.#sent.has(invalidation) || this.#waitingCounts.has(invalidation)
  }

  /** Whether one of unknown outcome matches: what it matches is not stored for longer than an append takes. */
  isUnconfirmed(key: string, tags: readonly string[]): boolean {
    return this.#waitingCounts.strengthFor(key, tags) === 'hard' || this.#retried.strengthFor(key, tags) === 'hard'
  }

  /** The strongest pending invalidation that matches. */
  strengthFor(key: string, tags: readonly string[]): Strength | undefined {
    const sent = this.#sent.strengthFor(key, tags)
    return sent === 'hard' ? sent : (this.#waitingCounts.strengthFor(key, tags) ?? sent)
  }
}
