/**
 * What is judged by while a log is shared: the positions of its mirror and this node's own invalidations on their way to
 * it, or a log of this process while it is away.
 */
import type { Mark } from '@hotpath/contract'
import { type Judgement, type Subject, afterSoft } from '../../view/log-view.ts'
import type { ProcessLog } from '../../view/process-log.ts'
import type { TimedPositions } from '../../view/timed-positions.ts'
import type { OwnAppends } from './own-appends.ts'
import { ViewState, markOf } from './view-state.ts'

/** What judging needs from the cache. */
export interface JudgingHost {
  /** How long entries are valid without contact with a log that has heartbeats. */
  readonly maxOfflineMs: number
  /** Now on the cache's timeline. */
  elapsed(): number
  /** Now as of this turn of the event loop, for what every read asks. */
  recent(): number
}

export abstract class Judging<Host extends JudgingHost> extends ViewState {
  protected readonly host: Host
  protected abstract readonly own: OwnAppends
  /**
   * A log of this process in place of the shared one that is away, for caches that chose availability: what is loaded
   * meanwhile is kept in memory, judged by this process's own invalidations, and dropped when the shared log is there.
   * Every load under it began after every invalidation that was pending when it began, so it judges alone.
   */
  protected standIn: ProcessLog | undefined

  constructor(host: Host) {
    super()
    this.host = host
  }

  /** The point that a look-up or load begins at; `undefined` without a mirror: then nothing may be stored. */
  mark(): Mark | undefined {
    return markOf(this) ?? this.standIn?.here()
  }

  /** Whether a log of this process is in the place of the shared one: nothing is stored where others may read it. */
  get isStandIn(): boolean {
    return this.standIn !== undefined
  }

  /** Whether nothing can be judged, and so nothing stored. */
  isBlind(): boolean {
    return (this.positions === undefined && this.standIn === undefined) || this.isOffline()
  }

  /** Whether the view of the log is there. */
  get isThere(): boolean {
    return this.positions !== undefined
  }

  /**
   * Judges what was loaded at `asOf`.
   *
   * @param after - Position of the caller's token: a soft record up to it counts as hard.
   */
  judge(key: string, { tags, epoch, asOf }: Subject, after = 0): Judgement {
    if (this.#judgedBy?.settle() === true) this.version++
    if (this.standIn !== undefined)
      return this.isOffline() ? 'outdated' : this.standIn.judge(key, { tags, epoch, asOf }, after)
    const { positions } = this
    if (positions === undefined || /* rule: same-epoch */ epoch !== this.epoch || this.isOffline()) return 'outdated'
    if (positions.all.hardAt(key, tags, asOf) > asOf) return 'outdated'
    const own = this.own.strengthFor(key, tags)
    if (own === 'hard') return 'outdated'
    return own === undefined && positions.all.softAt(key, tags, asOf) <= asOf ? 'valid' : afterSoft(asOf, after)
  }

  isDue(): boolean {
    return this.#judgedBy?.isDue() === true
  }

  /** Those that are judged by. */
  get #judgedBy(): TimedPositions | undefined {
    return (this.standIn ?? this).positions
  }

  /** Whether contact with the log was lost for too long. */
  isOffline(): boolean {
    return this.offlineAt < Number.POSITIVE_INFINITY && this.host.recent() >= this.offlineAt
  }

  /** Now on the cache's timeline. */
  elapsed(): number {
    return this.host.elapsed()
  }

  /** Whether what was read at an instant is beyond what may be answered without contact with the log. */
  isTooOld(at: number): boolean {
    const hasContact = this.positions !== undefined && !this.isOffline()
    return !hasContact && this.host.elapsed() - at >= this.host.maxOfflineMs
  }

  /**
   * A mark that came from outside, as far as it is known to be possible. One that is ahead of the log would be outdated
   * by nothing that comes; one that is taken too low costs a miss.
   */
  atMost(mark: Mark): Mark {
    const known = this.mark()
    return known !== undefined && known.epoch === mark.epoch && known.position < mark.position ? known : mark
  }
}
