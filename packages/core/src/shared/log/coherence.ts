/**
 * This process's view of a shared log: its mirror, own invalidations on their way to it, and what follows from what
 * those report.
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
  type LogRecord,
  type Mark,
  type MaybePromise,
  type Random,
  compilePattern,
  isHotpathError,
} from '@hotpath/contract'
import { Beginning } from './beginning.ts'
import { Acknowledged } from './acknowledged.ts'
import { chain, isPromise } from '../../time/chain.ts'
import { Heartbeat } from './heartbeat.ts'
import { Judging, type JudgingHost } from './judging.ts'
import { Lives } from './lives.ts'
import { noView, rewound, unconfirmed, unknownOutcome, unreachable } from './log-faults.ts'
import { Mirror } from './mirror.ts'
import { OwnAppends } from './own-appends.ts'
import { partsOf } from '../parts-of.ts'
import { crowded } from '../../view/local-view.ts'
import { type LogView, QUEUED, type RecordStream, type ViewHost } from '../../view/log-view.ts'
import { ProcessLog } from '../../view/process-log.ts'
import { TokenReach } from './token-reach.ts'
import type { LogReport, LogSource, ViewContext } from './view-state.ts'

/** How long a server may go on answering that another has replaced: Redis Sentinels take 8 to 20 s to end its connections. */
const REPLACED_MS = 30_000

/** What the view of a shared log needs from the cache. */
export interface CoherenceHost extends ViewHost, JudgingHost {
  readonly log: InvalidationLog
  readonly clock: Clock
  /** A new mirror begins: nothing in memory can be judged any more. */
  reset(): void
  /** Another process invalidated everything. */
  freeMemory(): void
  /** How long callers wait for the view of the log. */
  readonly beginMs: number
  readonly random: Random
  /** Something went wrong behind the calls. */
  fault(error: LogError, source: LogSource): void
  /** It works again. */
  recovered(source: LogSource): void
}

const EVERYTHING: Invalidation = { scope: { type: 'all' }, strength: 'hard' }

export class Coherence extends Judging<CoherenceHost> implements LogView {
  readonly maxRecords: number
  readonly followers: LogView['followers'] = new Set()
  readonly stream: RecordStream
  protected readonly own: OwnAppends
  readonly #mirror: Mirror
  readonly #lives = new Lives()
  readonly #tokens: TokenReach
  readonly #beginning: Beginning
  readonly #heartbeat: Heartbeat | undefined

  constructor(host: CoherenceHost) {
    super(host)
    this.stream = { log: host.log, cursor: () => this.#cursor() }
    this.#beginning = new Beginning(host.clock, host.beginMs, () => this.#beginStandIn())
    const { log, clock } = host
    const context: ViewContext = {
      log,
      clock,
      state: this,
      elapsed: () => host.elapsed(),
      report: (report) => this.#took(report),
    }
    const everyMs = log.heartbeatMs
    this.#tokens = new TokenReach(context)
    this.#mirror = new Mirror(context)
    this.own = new OwnAppends(
      context,
      everyMs === undefined ? undefined : new Acknowledged(Math.max(host.maxOfflineMs, REPLACED_MS)),
    )
    this.maxRecords = this.own.maxRecords
    this.#heartbeat = everyMs === undefined ? undefined : new Heartbeat(context, everyMs)
  }

  begin(): void {
    this.#beginning.start()
    this.#mirror.begin()
    this.#heartbeat?.start()
  }

  /** Resolves to whether the view of the log is there; `undefined` when there is nothing to wait for. Never rejects. */
  beginning(): Promise<boolean> | undefined {
    return this.#beginning.wait()
  }

  /** See `LogView.append`: in parts, one after another, each with a mark of its own. */
  append(invalidations: readonly Invalidation[], queue: boolean): MaybePromise<readonly Mark[]> {
    const parts = partsOf(invalidations, this.maxRecords)
    if (this.standIn !== undefined) for (const invalidation of invalidations) this.standIn.add(invalidation)
    const answer = this.own.append(parts)
    if (!isPromise(answer)) return answer
    return answer.catch((error: unknown) => {
      if (error instanceof LogError) this.host.fault(error, 'append')
      if (!queue || !isHotpathError(error, 'ERR_LOG_UNAVAILABLE')) throw error
      return parts.map(() => QUEUED)
    })
  }

  notStored(key: string, tags: readonly string[], isUnseen: boolean): void {
    if (isUnseen || this.isBlind()) this.host.fault(noView(key), 'log')
    else if (this.own.isUnconfirmed(key, tags)) this.host.fault(unconfirmed(key), 'append')
  }

  /** A write whose outcome is unknown says so, and what it did all the same. */
  failureOf(method: string, error: unknown): unknown {
    return isHotpathError(error, 'ERR_LOG_UNAVAILABLE') ? unknownOutcome(method, error) : error
  }

  /** When what is being appended has been answered, one way or the other. */
  idle(): Promise<void> {
    return this.own.idle()
  }

  catchUp(token: Mark): MaybePromise<number | undefined> {
    return chain(this.#tokens.reach(token, this.standIn?.epoch), (isCurrent) => {
      if (!isCurrent) return undefined
      // In another epoch a position may be any number.
      return this.mark()?.epoch === token.epoch ? token.position : 0
    })
  }

  #cursor(): Mark | undefined {
    const { positions, epoch, cursor } = this
    return positions && { epoch, position: cursor }
  }

  isOwn(record: Invalidation & Mark): boolean {
    return this.own.has(record)
  }

  /** From here on nothing in memory is valid. */
  end(): void {
    this.offlineAt = Number.NEGATIVE_INFINITY
  }

  /** Ends the mirror, the retries and the waiting. Idempotent. */
  close(): void {
    this.#heartbeat?.stop()
    this.own.close()
    this.#mirror.close()
    this.#tokens.close()
    this.#beginning.close()
  }

  /** What follows from what the parts of the view report. */
  #took(report: LogReport): void {
    const host = this.host
    switch (report.type) {
      case 'lost':
        this.#heartbeat?.reset()
        this.#anew()
        return this.#beginning.start()
      case 'ready':
        return this.#ready(report.at, report.life)
      case 'rewound':
        host.fault(rewound(), 'life')
        return this.own.appendBehind([EVERYTHING])
      case 'record':
        return this.#follow(report.record)
      case 'applied':
        this.#announce(report.invalidation)
        this.#heartbeat?.moved()
        return this.#tokens.moved()
      case 'changed':
        return this.#announce(report.invalidation)
      case 'accepted':
        this.#mirror.acknowledge(report.invalidations, report.mark)
        return host.recovered('append')
      case 'contact':
        this.#contact(report.at)
        return host.recovered('log')
      case 'stale':
        return this.#mirror.renew()
      case 'unreachable':
        host.fault(unreachable(report.cause), 'log')
        return this.#beginning.end(false)
      case 'silent':
        return host.fault(unreachable(report.cause), 'log')
      case 'crowded':
        return host.fault(crowded(), 'life')
    }
  }

  #follow(record: LogRecord): void {
    if (record.scope.type === 'all' && record.strength === 'hard' && !this.isOwn(record)) this.host.freeMemory()
    for (const follower of this.followers) follower(record)
  }

  #ready(at: number, life: string): void {
    this.#contact(at)
    if (this.standIn === undefined) this.#changed()
    else this.#anew()
    this.own.logIsIn(this.epoch)
    const flapping = this.#lives.saw(life)
    if (flapping !== undefined) this.host.fault(flapping, 'life')
    this.#tokens.moved()
    this.#beginning.end(true)
    this.host.recovered('log')
  }

  /** The shared log is away. Whoever chose availability goes on with a log of this process. */
  #beginStandIn(): void {
    if (this.host.maxOfflineMs < Number.POSITIVE_INFINITY || this.standIn !== undefined || this.isThere) return
    this.standIn = new ProcessLog(this.host.random, compilePattern, () => this.host.elapsed())
    this.generation++
    this.#changed()
  }

  /** Nothing that was judged so far is valid any more. */
  #anew(): void {
    this.standIn = undefined
    this.generation++
    this.#changed()
    this.host.reset()
  }

  #changed(): void {
    this.version++
    this.changes++
  }

  #announce({ scope }: Invalidation): void {
    this.changes++
    // A record of one key concerns one entry, so the judgements of all others stand.
    if (scope.type === 'key') this.host.keyChanged(scope.key)
    else this.version++
  }

  #contact(at: number): void {
    if (this.#heartbeat !== undefined && this.offlineAt !== Number.NEGATIVE_INFINITY)
      this.offlineAt = /* rule: offline */ at + this.host.maxOfflineMs
  }
}
