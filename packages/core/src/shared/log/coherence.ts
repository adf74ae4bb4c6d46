/**
 * Judges values against the invalidation log: its mirror, and this node's own invalidations on their way to it.
 *
 * `mark()` is noted before a look-up or load, so that a record accepted meanwhile has a larger position than the
 * entry's `asOf`. While there is no mirror nothing is valid and nothing is stored. The *version* grows whenever
 * judgements of entries in memory may have changed, so that an entry judged at this version needs no look-up.
 *
 * A log that answers without promises is read and appended to within the call.
 */
import {
  type Clock,
  type Invalidation,
  type InvalidationLog,
  LogError,
  type Mark,
  type MaybePromise,
  type Random,
  isHotpathError,
} from '@hotpath/contract'
import { Beginning } from './beginning.ts'
import { CatchUp } from './catch-up.ts'
import { Acknowledged } from './acknowledged.ts'
import { chain, isPromise } from '../../time/chain.ts'
import { Heartbeat } from './heartbeat.ts'
import { Lives } from './lives.ts'
import { noView, rewound, unknownOutcome, unreachable } from './log-faults.ts'
import { Mirror } from './mirror.ts'
import { MAX_RECORDS, OwnAppends } from './own-appends.ts'
import { partsOf } from '../parts-of.ts'
import { crowded } from '../../view/local-view.ts'
import { type Judgement, type LogView, QUEUED, type Subject, type ViewHost, afterSoft } from '../../view/log-view.ts'
import { SharedHead } from './shared-head.ts'
import { StandIn } from './stand-in.ts'

/** What of the log may fail by itself: to be followed, to be appended to, and to be one and the same. */
export type LogSource = 'log' | 'append' | 'life'

/** What judging needs from the cache. */
export interface CoherenceHost extends ViewHost {
  readonly log: InvalidationLog
  readonly clock: Clock
  /** A new mirror begins: nothing in memory can be judged any more. */
  reset(): void
  /** How long entries are valid without contact with a log that has heartbeats. */
  readonly maxOfflineMs: number
  /** How long callers wait for the view of the log. */
  readonly beginMs: number
  readonly random: Random
  /** Something went wrong behind the calls. */
  fault(error: LogError, source: LogSource): void
  /** It works again. */
  recovered(source: LogSource): void
}

const EVERYTHING: Invalidation = { scope: { type: 'all' }, strength: 'hard' }

export class Coherence implements LogView {
  readonly maxRecords: number = MAX_RECORDS
  readonly followers: LogView['followers'] = new Set()
  /** Grows whenever the judgement of an entry in memory may have changed. */
  version = 0
  /** Grows with every record and every new mirror; tells whether anything happened since. */
  changes = 0
  /** Instant on the cache's timeline from which nothing is valid without new contact with the log. */
  offlineAt: number = Number.POSITIVE_INFINITY
  readonly #host: CoherenceHost
  readonly #mirror: Mirror
  readonly #own: OwnAppends
  readonly #lives = new Lives()
  readonly #readers: CatchUp
  readonly #head: SharedHead
  readonly #beginning: Beginning
  #standIn: StandIn | undefined
  #generation = 0
  readonly #heartbeat: Heartbeat | undefined
  constructor(host: CoherenceHost) {
    this.#host = host
    this.#head = new SharedHead(host.log, host.clock)
    this.#readers = new CatchUp({ clock: host.clock, hasReached: (position) => this.#hasReached(position) })
    this.#beginning = new Beginning(host.clock, host.beginMs, () => this.#standAlone())
    this.#mirror = new Mirror({
      log: host.log,
      clock: host.clock,
      elapsed: () => host.elapsed(),
      lost: () => {
        this.#heartbeat?.reset()
        this.#anew()
        this.#beginning.start()
      },
      ready: (at, life) => {
        this.#contact(at)
        if (this.#standIn === undefined) this.#changed()
        else this.#anew()
        this.#own.logIsIn(this.#mirror.epoch)
        const flapping = this.#lives.saw(life)
        if (flapping !== undefined) host.fault(flapping, 'life')
        this.#readers.reached(this.#mirror.cursor)
        this.#beginning.end(true)
        host.recovered('log')
      },
      applied: (invalidation) => {
        this.#announce(invalidation)
        this.#heartbeat?.moved()
        this.#readers.reached(this.#mirror.cursor)
      },
      received: (record) => {
        for (const follower of this.followers) follower(record)
      },
      wentBack: () => {
        host.fault(rewound(), 'life')
        this.#own.appendBehind([EVERYTHING])
      },
      crowded: () => host.fault(crowded(), 'life'),
      failed: (cause) => {
        host.fault(unreachable(cause), 'log')
        this.#beginning.end(false)
      },
    })
    const everyMs = host.log.heartbeatMs
    this.#own = new OwnAppends({
      log: host.log,
      clock: host.clock,
      accepted: (invalidations, mark) => {
        this.#mirror.acknowledge(invalidations, mark)
        host.recovered('append')
      },
      changed: (invalidation) => this.#announce(invalidation),
      acknowledged: everyMs === undefined ? undefined : new Acknowledged(host.maxOfflineMs),
    })
    if (everyMs === undefined) return
    this.#heartbeat = new Heartbeat({
      log: host.log,
      clock: host.clock,
      everyMs,
      elapsed: () => host.elapsed(),
      cursor: () => this.#mirror.mark() && { epoch: this.#mirror.epoch, position: this.#mirror.cursor },
      known: () => this.#mirror.mark(),
      stale: () => this.#mirror.renew(),
      silent: (cause) => host.fault(unreachable(cause), 'log'),
      contact: (at) => {
        this.#contact(at)
        host.recovered('log')
      },
    })
  }

  begin(): void {
    this.#beginning.start()
    this.#mirror.begin()
    this.#heartbeat?.start()
  }

  /** Grows with every new mirror of the log. */
  get generation(): number {
    return this.#generation
  }

  /** The point that a look-up or load begins at; `undefined` without a mirror: then nothing may be stored. */
  mark(): Mark | undefined {
    return this.#mirror.mark() ?? this.#standIn?.mark()
  }

  /** Whether a log of this process stands in for the shared one: nothing is stored where others may read it. */
  get standsAlone(): boolean {
    return this.#standIn !== undefined
  }

  /** Resolves to whether the view of the log is there; `undefined` when there is nothing to wait for. Never rejects. */
  beginning(): Promise<boolean> | undefined {
    return this.#beginning.wait()
  }

  /** Whether nothing can be judged, and so nothing stored. */
  isBlind(): boolean {
    return (this.#mirror.positions === undefined && this.#standIn === undefined) || this.isOffline()
  }

  /** Whether the view of the log is there. */
  get isThere(): boolean {
    return this.#mirror.positions !== undefined
  }

  /**
   * Judges what was loaded at `asOf`.
   *
   * @param after - Position of the caller's token: a soft record up to it counts as hard.
   */
  judge(key: string, { tags, epoch, asOf }: Subject, after = 0): Judgement {
    if (this.#standIn !== undefined) return this.#judgeAlone(this.#standIn, key, { tags, epoch, asOf }, after)
    const { positions } = this.#mirror
    if (positions === undefined || /* rule: same-epoch */ epoch !== this.#mirror.epoch || this.isOffline())
      return 'outdated'
    if (positions.hardAt(key, tags, asOf) > asOf) return 'outdated'
    const own = this.#own.strengthFor(key, tags)
    if (own === 'hard') return 'outdated'
    return own === undefined && positions.softAt(key, tags, asOf) <= asOf ? 'valid' : afterSoft(asOf, after)
  }

  /** Whether contact with the log was lost for too long. */
  isOffline(): boolean {
    return this.offlineAt < Number.POSITIVE_INFINITY && this.#host.elapsed() >= this.offlineAt
  }

  /** Now on the cache's timeline. */
  elapsed(): number {
    return this.#host.elapsed()
  }

  /** Whether what was read at an instant is beyond what may be answered without contact with the log. */
  isTooOld(at: number): boolean {
    const hasContact = this.#mirror.positions !== undefined && !this.isOffline()
    return !hasContact && this.#host.elapsed() - at >= this.#host.maxOfflineMs
  }

  /** See `LogView.append`: in parts, one after another, each with a mark of its own. */
  append(invalidations: readonly Invalidation[], queue: boolean): MaybePromise<readonly Mark[]> {
    const parts = partsOf(invalidations, MAX_RECORDS)
    if (this.#standIn !== undefined) for (const part of parts) this.#standIn.append(part)
    const answer = this.#own.append(parts)
    if (!isPromise(answer)) return answer
    return answer.catch((error: unknown) => {
      if (error instanceof LogError) this.#host.fault(error, 'append')
      if (!queue || !isHotpathError(error, 'ERR_LOG_UNAVAILABLE')) throw error
      return parts.map(() => QUEUED)
    })
  }

  notStored(key: string, isQueued: boolean): void {
    if (isQueued || this.isBlind()) this.#host.fault(noView(key), 'log')
  }

  /** A write whose outcome is unknown says so, and what it did all the same. */
  failureOf(method: string, error: unknown): unknown {
    return isHotpathError(error, 'ERR_LOG_UNAVAILABLE') ? unknownOutcome(method, error) : error
  }

  /**
   * A mark that came from outside, as far as it is known to be possible. One that is ahead of the log would be outdated
   * by nothing that comes; one that is taken too low costs a miss.
   */
  atMost(mark: Mark): Mark {
    const known = this.mark()
    return known !== undefined && known.epoch === mark.epoch && known.position < mark.position ? known : mark
  }

  /** When what is being appended has been answered, one way or the other. */
  idle(): Promise<void> {
    return this.#own.idle()
  }

  catchUp(token: Mark): MaybePromise<number | undefined> {
    return chain(this.#caughtUp(token), (isCurrent) => {
      if (!isCurrent) return undefined
      // In another epoch a position may be any number.
      return this.mark()?.epoch === token.epoch ? token.position : 0
    })
  }

  /** Waits until every record up to a token is known here; `false` when that cannot be had. */
  #caughtUp(token: Mark): MaybePromise<boolean> {
    /* rule: token-of-queued */
    if (token.epoch === QUEUED.epoch) return false
    const mirrored = this.#mirror.mark()
    if (mirrored === undefined) return token.epoch === this.#standIn?.epoch
    if (mirrored.epoch === token.epoch) return /* rule: wait-for-token */ this.#reach(token.position)
    try {
      const answer = chain(this.#head.ask(), (head) => {
        // The log lives on in our epoch: the token is of an older life, and all that is valid here was loaded after it.
        const present = this.#mirror.mark()
        if (present?.epoch === head.epoch) return true
        // Whoever heard of it first has begun a new mirror.
        if (present !== undefined) this.#mirror.renew()
        return this.#reach(head.epoch === token.epoch ? token.position : 0)
      })
      return isPromise(answer) ? this.#readers.within(answer) : answer
    } catch {
      return false
    }
  }

  /** From here on nothing in memory is valid. */
  end(): void {
    this.offlineAt = Number.NEGATIVE_INFINITY
  }

  /** Ends the mirror, the retries and the waiting. Idempotent. */
  close(): void {
    this.#heartbeat?.stop()
    this.#own.close()
    this.#mirror.close()
    this.#readers.close()
    this.#beginning.close()
  }

  /** The shared log is away. Whoever chose availability goes on with a log of this process. */
  #standAlone(): void {
    if (this.#host.maxOfflineMs < Number.POSITIVE_INFINITY || this.#standIn !== undefined || this.isThere) return
    this.#standIn = new StandIn(this.#host.random)
    this.#generation++
    this.#changed()
  }

  /** Each load under the stand-in began after all that is pending, so its own records are all that there is to judge by. */
  #judgeAlone({ epoch, positions }: StandIn, key: string, subject: Subject, after: number): Judgement {
    const { tags, asOf } = subject
    if (subject.epoch !== epoch || this.isOffline() || positions.hardAt(key, tags, asOf) > asOf) return 'outdated'
    return positions.softAt(key, tags, asOf) <= asOf ? 'valid' : afterSoft(asOf, after)
  }

  /** Nothing that was judged so far is valid any more. */
  #anew(): void {
    this.#standIn = undefined
    this.#generation++
    this.#changed()
    this.#host.reset()
  }

  #changed(): void {
    this.version++
    this.changes++
  }

  #announce({ scope }: Invalidation): void {
    this.changes++
    // A record of one key concerns one entry, so the judgements of all others stand.
    if (scope.type === 'key') this.#host.keyChanged(scope.key)
    else this.version++
  }

  #contact(at: number): void {
    if (this.#heartbeat !== undefined && this.offlineAt !== Number.NEGATIVE_INFINITY)
      this.offlineAt = /* rule: offline */ at + this.#host.maxOfflineMs
  }

  async #hasReached(position: number): Promise<boolean> {
    const { epoch } = this.#mirror
    const head = await this.#head.ask()
    return head.epoch !== epoch || head.position >= position
  }

  #reach(position: number): MaybePromise<boolean> {
    return /* rule: token-by-cursor */ this.#mirror.positions !== undefined && this.#mirror.cursor >= position
      ? true
      : this.#readers.wait(position)
  }
}
