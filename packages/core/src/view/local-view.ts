/**
 * The invalidation log of one process, and its view in one: a counter and exact positions. Nothing is asynchronous
 * about it, nothing gets lost and nothing has to be waited for.
 */
import { type Invalidation, LogError, type Mark, type Random, compileWholePattern } from '@hotpath/contract'
import type { Judgement, LogView, Subject, ViewHost } from './log-view.ts'
import { ProcessLog } from './process-log.ts'
import type { PatternCompiler } from './scope-matcher.ts'

/** What the log of one process needs from the cache. */
export interface LocalHost extends ViewHost {
  readonly random: Random
  fault(error: LogError): void
}

export class LocalView extends ProcessLog implements LogView {
  version = 0
  changes = 0
  offlineAt: number = Number.POSITIVE_INFINITY
  readonly generation = 0
  readonly isThere = true
  readonly followers: LogView['followers'] = new Set()
  readonly maxRecords: number = Number.POSITIVE_INFINITY
  readonly #host: LocalHost
  #isCrowded = false

  /** @param compile - How patterns are compiled: they meet shortened keys where there are lower tiers. */
  constructor(host: LocalHost, compile: PatternCompiler = compileWholePattern) {
    super(host.random, compile, () => host.elapsed())
    this.#host = host
  }

  mark(): Mark | undefined {
    return this.isOffline() ? undefined : this.here()
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

  override judge(key: string, subject: Subject, after?: number): Judgement {
    if (this.positions.settle()) this.version++
    return this.isOffline() ? 'outdated' : super.judge(key, subject, after)
  }

  isDue(): boolean {
    return this.positions.isDue()
  }

  append(invalidations: readonly Invalidation[]): readonly Mark[] {
    // One is what most are, and needs no function.
    const records =
      invalidations.length === 1
        ? [this.#record(invalidations[0] as Invalidation)]
        : invalidations.map((invalidation) => this.#record(invalidation))
    // Noted before anybody is told: a follower may append too.
    const marks = records.length === 1 ? records : records.slice(-1)
    if (!this.#isCrowded && this.positions.all.isCrowded === true) {
      this.#isCrowded = true
      this.#host.fault(crowded())
    }
    for (const record of records) for (const follower of this.followers) follower(record)
    return marks
  }

  #record(invalidation: Invalidation): Invalidation & Mark {
    const { scope } = invalidation
    const record = this.add(invalidation)
    this.changes++
    // A record of one key concerns one entry, so the judgements of all others hold.
    if (scope.type === 'key') this.#host.keyChanged(scope.key)
    else this.version++
    return record
  }

  /**
   * All that there is is known here. A token of another epoch is of an earlier process: all that is valid here was loaded
   * after it. One that is ahead was made up, and counts as the present.
   */
  catchUp(token: Mark): number {
    return token.epoch === this.epoch ? this.atMost(token).position : 0
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
}

/** Prefixes and patterns had to be forgotten. */
export function crowded(): LogError {
  return new LogError(
    'ERR_LOG_CROWDED',
    'More prefixes and patterns were invalidated than the log keeps apart, so the oldest of them now concern every entry that was loaded before them. Invalidate by tag what you clear often: tags have no such bound.',
  )
}
