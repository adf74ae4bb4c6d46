/** An invalidation log of this process alone: a counter and exact positions. */
import type { Invalidation, Mark, Random } from '@hotpath/contract'
import { newEpoch } from './epoch.ts'
import { createExactPositions } from './exact-positions.ts'
import { type Judgement, type Subject, afterSoft } from './log-view.ts'
import type { PatternCompiler } from './scope-matcher.ts'
import { TimedPositions } from './timed-positions.ts'

/** What the epoch of a log of one process begins with: no other process can tell what is outdated by a position of it. */
export const ALONE = 'alone-'

const LIMITS = { maxEntries: 50_000, maxBytes: 8 * 1024 * 1024 }

export class ProcessLog {
  readonly epoch: string
  readonly positions: TimedPositions
  #position = 0

  /** @param elapsed - Now on the cache's timeline. */
  constructor(random: Random, compile: PatternCompiler, elapsed: () => number) {
    this.epoch = ALONE + newEpoch(random)
    this.positions = new TimedPositions(createExactPositions(compile, LIMITS), elapsed)
  }

  /** Where it is. */
  here(): Mark {
    return { epoch: this.epoch, position: this.#position }
  }

  add({ scope, strength, forMs }: Invalidation): Invalidation & Mark {
    // Written out: to spread an object costs more than all the rest.
    const record = { scope, strength, forMs, epoch: this.epoch, position: ++this.#position }
    this.positions.raise(record)
    return record
  }

  /** @param after - Position of the caller's token: a soft record up to it counts as hard. */
  judge(key: string, { tags, epoch, asOf }: Subject, after = 0): Judgement {
    const { all } = this.positions
    if (epoch !== this.epoch || all.hardAt(key, tags, asOf) > asOf) return 'outdated'
    return all.softAt(key, tags, asOf) <= asOf ? 'valid' : afterSoft(asOf, after)
  }

  /** A mark from outside, as far as it is possible: one that is ahead was made up, and counts as the present. */
  atMost(mark: Mark): Mark {
    return mark.epoch === this.epoch && mark.position > this.#position ? this.here() : mark
  }
}
