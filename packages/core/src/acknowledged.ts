import type { Invalidation } from '@hotpath/contract'

const MAX_REMEMBERED = 1_000
const EVERYTHING: Invalidation = { scope: { type: 'all' }, strength: 'hard' }

/** What this process had acknowledged of late, in case that a later life of the log does not have it. Bounded. */
export class Acknowledged {
  readonly #forMs: number
  #epoch: string | undefined
  #recent: { readonly invalidation: Invalidation; readonly at: number }[] = []

  /** @param forMs - For how long. */
  constructor(forMs: number) {
    this.#forMs = forMs
  }

  add(invalidations: readonly Invalidation[], at: number): void {
    for (const invalidation of invalidations) this.#recent.push({ invalidation, at })
    if (this.#recent.length <= MAX_REMEMBERED) return
    this.#prune(at)
    if (this.#recent.length > MAX_REMEMBERED) this.#recent = [{ invalidation: EVERYTHING, at }]
  }

  /** What is to be appended again now that the log stands in this epoch: nothing, unless it had another one before. */
  lostWith(epoch: string, now: number): readonly Invalidation[] {
    const isSameLife = this.#epoch === undefined || this.#epoch === epoch
    this.#epoch = epoch
    if (isSameLife) return []
    this.#prune(now)
    return this.#recent.map(({ invalidation }) => invalidation)
  }

  #prune(now: number): void {
    this.#recent = this.#recent.filter(({ at }) => now - at < this.#forMs)
  }
}
