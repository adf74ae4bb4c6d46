import type { Invalidation, Mark } from '@hotpath/contract'

const MAX_REMEMBERED = 1_000
const EVERYTHING: Invalidation = { scope: { type: 'all' }, strength: 'hard' }

interface Remembered {
  readonly invalidation: Invalidation
  /** Of the life that acknowledged it. */
  readonly epoch: string
  readonly at: number
}

/** What this process had acknowledged of late, in case that a later life of the log does not have it. Bounded. */
export class Acknowledged {
  readonly #forMs: number
  #recent: Remembered[] = []

  /** @param forMs - For how long. */
  constructor(forMs: number) {
    this.#forMs = forMs
  }

  /** @param at - On a clock that no jump can set forward: to forget too early would lose it. */
  add(invalidations: readonly Invalidation[], { epoch }: Mark, at: number): void {
    for (const invalidation of invalidations) this.#recent.push({ invalidation, epoch, at })
    if (this.#recent.length <= MAX_REMEMBERED) return
    this.#prune(at)
    if (this.#recent.length > MAX_REMEMBERED) this.#recent = [{ invalidation: EVERYTHING, epoch: '', at }]
  }

  /** Takes out what is to be appended again now that the log stands in this epoch: what others acknowledged. */
  lostWith(epoch: string, now: number): readonly Invalidation[] {
    this.#prune(now)
    const lost = this.#recent.filter((one) => one.epoch !== epoch)
    this.#recent = this.#recent.filter((one) => one.epoch === epoch)
    return lost.map(({ invalidation }) => invalidation)
  }

  #prune(now: number): void {
    this.#recent = this.#recent.filter(({ at }) => now - at < this.#forMs)
  }
}
