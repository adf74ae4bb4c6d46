/**
 * What this process had acknowledged recently, in case that another life of the log does not have it: replication is
 * not always waited for. As long as the log stays in one epoch nothing of it is appended again.
 */
import type { Invalidation, Mark } from '@hotpath/contract'
import { InvalidationSet } from './invalidation-set.ts'

export class Acknowledged {
  readonly #forMs: number
  /** By the epoch that acknowledged them. */
  readonly #recent = new Map<string, InvalidationSet>()

  /** @param forMs - For how long they are remembered. */
  constructor(forMs: number) {
    this.#forMs = forMs
  }

  /** @param at - On a clock that no jump can set forward: to forget too early would lose it. */
  add(invalidations: readonly Invalidation[], { epoch }: Mark, at: number): void {
    this.#prune(at)
    let set = this.#recent.get(epoch)
    if (set === undefined) this.#recent.set(epoch, (set = new InvalidationSet()))
    for (const invalidation of invalidations) set.add(invalidation, at)
  }

  /** Takes out what is to be appended again now that the log is in this epoch: what others acknowledged. */
  lostWith(epoch: string, now: number): readonly Invalidation[] {
    this.#prune(now)
    const lost: Invalidation[] = []
    for (const [other, set] of this.#recent) {
      if (other === epoch) continue
      for (const { invalidation } of set.values()) lost.push(invalidation)
      this.#recent.delete(other)
    }
    return lost
  }

  #prune(now: number): void {
    for (const [epoch, set] of this.#recent) {
      set.forgetUpTo(now - this.#forMs)
      if (set.size === 0) this.#recent.delete(epoch)
    }
  }
}
