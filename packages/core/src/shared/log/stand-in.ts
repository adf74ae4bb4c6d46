/**
 * A log of this process in place of a shared one that is away, for caches that chose availability: what is loaded
 * meanwhile is kept in memory, judged by this process's own invalidations, and dropped when the shared log is there.
 *
 * Every load under it began after every invalidation that was pending when it began, so it judges alone.
 */
import { type Invalidation, type Mark, type Random, compilePattern } from '@hotpath/contract'
import { createExactPositions } from '../../view/exact-positions.ts'
import { newEpoch } from '../../view/epoch.ts'
import { type Judgement, type Subject, afterSoft } from '../../view/log-view.ts'
import { TimedPositions } from '../../view/timed-positions.ts'

const LIMITS = { maxEntries: 50_000, maxBytes: 8 * 1024 * 1024 }

export class StandIn {
  readonly epoch: string
  readonly positions: TimedPositions
  #position = 0

  constructor(random: Random, elapsed: () => number) {
    this.epoch = newEpoch(random)
    this.positions = new TimedPositions(createExactPositions(compilePattern, LIMITS), elapsed)
  }

  mark(): Mark {
    return { epoch: this.epoch, position: this.#position }
  }

  append(invalidations: readonly Invalidation[]): void {
    for (const invalidation of invalidations) {
      this.positions.raise({ ...invalidation, epoch: this.epoch, position: ++this.#position })
    }
  }

  judge(key: string, { tags, epoch, asOf }: Subject, after: number): Judgement {
    if (epoch !== this.epoch || this.positions.hardAt(key, tags, asOf) > asOf) return 'outdated'
    return this.positions.softAt(key, tags, asOf) <= asOf ? 'valid' : afterSoft(asOf, after)
  }
}
