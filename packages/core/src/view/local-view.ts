/**
 * The invalidation log of one process, and its view in one: a counter and exact positions. Nothing is asynchronous
 * about it, nothing gets lost and nothing has to be waited for.
 */
import { type Invalidation, LogError, type Mark, type Random, compileWholePattern } from '@hotpath/contract'
import { newEpoch } from './epoch.ts'
import { createExactPositions } from './exact-positions.ts'
import { type Judgement, type LogView, type Subject, type ViewHost, afterSoft } from './log-view.ts'
import { TimedPositions } from './timed-positions.ts'

const LIMITS = { maxEntries: 50_000, maxBytes: 8 * 1024 * 1024 }

/** What the log of one process needs from the cache. */
export interface LocalHost extends ViewHost {
  readonly random: Random
  fault(error: LogError): void
}

export class LocalView implements LogView {
  version = 0
  changes = 0
  offlineAt: number = Number.POSITIVE_INFINITY
  readonly generation = 0
  readonly isThere = true
  readonly standsAlone = false
  readonly followers: LogView['followers'] = new Set()
  readonly maxRecords: number = Number.POSITIVE_INFINITY
  readonly #host: LocalHost
  readonly #epoch: string
  readonly #positions: TimedPositions
  #position = 0
  #isCrowded = false

  constructor(host: LocalHost) {
    this.#host = host
    this.#epoch = newEpoch(host.random)
    this.#positions = new TimedPositions(createExactPositions(compileWholePattern, LIMITS), () => host.elapsed())
  }

  mark(): Mark | undefined {
    return this.isOffline() ? undefined : this.#here()
  }

  beginning(): undefined {
    return undefined
  }

  isBlind(): boolean {
    return this.isOffline()
  }

  /** Only once it has ended. */
  isOffline(): boolean {
    return this.offlineAt < Number.POSITIVE_INFINITY
  }

  isTooOld(): boolean {
    return false
  }

  judge(key: string, { tags, epoch, asOf }: Subject, after = 0): Judgement {
    if (this.#positions.settle()) this.version++
    if (epoch !== this.#epoch || this.isOffline() || this.#positions.hardAt(key, tags, asOf) > asOf) return 'outdated'
    return this.#positions.softAt(key, tags, asOf) <= asOf ? 'valid' : afterSoft(asOf, after)
  }

  isDue(): boolean {
    return this.#positions.isDue()
  }

  append(invalidations: readonly Invalidation[]): readonly Mark[] {
    const records = invalidations.map((invalidation) => {
      const { scope } = invalidation
      const record = { ...invalidation, epoch: this.#epoch, position: ++this.#position }
      this.#positions.raise(record)
      this.changes++
      // A record of one key concerns one entry, so the judgements of all others hold.
      if (scope.type === 'key') this.#host.keyChanged(scope.key)
      else this.version++
      return record
    })
    // Noted before anybody is told: a follower may append too.
    const mark = this.#here()
    if (!this.#isCrowded && this.#positions.isCrowded) {
      this.#isCrowded = true
      this.#host.fault(crowded())
    }
    for (const record of records) for (const follower of this.followers) follower(record)
    return [mark]
  }

  atMost(mark: Mark): Mark {
    return mark.epoch === this.#epoch && mark.position > this.#position ? this.#here() : mark
  }

  /**
   * All that there is is known here. A token of another epoch is of an earlier process: all that is valid here was loaded
   * after it. One that is ahead was made up, and counts as the present.
   */
  catchUp(token: Mark): number {
    return token.epoch === this.#epoch ? this.atMost(token).position : 0
  }

  notStored(): void {}

  failureOf(_method: string, error: unknown): unknown {
    return error
  }

  async idle(): Promise<void> {}

  isOwn(): boolean {
    return true
  }

  elapsed(): number {
    return this.#host.elapsed()
  }

  end(): void {
    this.offlineAt = Number.NEGATIVE_INFINITY
  }

  #here(): Mark {
    return { epoch: this.#epoch, position: this.#position }
  }
}

/** Prefixes and patterns had to be forgotten. */
export function crowded(): LogError {
  return new LogError(
    'ERR_LOG_CROWDED',
    'More prefixes and patterns were invalidated than the log keeps apart, so the oldest of them now concern every entry that was loaded before them. Invalidate by tag what you clear often: tags have no such bound.',
  )
}
