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
} from '@hotpath/contract'
import { CatchUp } from './catch-up.ts'
import { Acknowledged } from './acknowledged.ts'
import { chain, isPromise } from './chain.ts'
import { Deadlines } from './deadlines.ts'
import { Heartbeat } from './heartbeat.ts'
import { Mirror } from './mirror.ts'
import { type Batch, PendingInvalidations } from './pending-invalidations.ts'

/** What the log says of an entry: valid, expired (a soft record) or outdated (a hard one). */
export type Judgement = 'valid' | 'expired' | 'outdated'

/** What is judged: the parts of an entry or of a load that records can concern. */
export interface Subject {
  readonly tags: readonly string[]
  readonly epoch: string
  readonly asOf: number
}

/** What judging needs from the cache. */
export interface CoherenceHost {
  readonly log: InvalidationLog
  readonly clock: Clock
  /** A record names exactly this key: judge it again in memory. */
  keyChanged(key: string): void
  /** A new mirror begins: nothing in memory can be judged any more. */
  reset(): void
  /** Now on the cache's timeline. */
  elapsed(): number
  /** How long entries are valid without contact with a log that has heartbeats. */
  readonly maxOfflineMs: number
  /** Something went wrong behind the calls. */
  fault(error: LogError): void
}

const RETRY_MS = 1_000
/** An append that is not answered for this long has an unknown outcome. */
const APPEND_MS = 5_000

export class Coherence {
  /** Grows whenever the judgement of an entry in memory may have changed. */
  version = 0
  /** Grows with every record and every new mirror; tells whether anything happened since. */
  changes = 0
  /** Instant on the cache's timeline from which nothing is valid without new contact with the log. */
  offlineAt: number = Number.POSITIVE_INFINITY
  readonly #host: CoherenceHost
  readonly #mirror: Mirror
  readonly #pending = new PendingInvalidations()
  readonly #readers: CatchUp
  readonly #heartbeat: Heartbeat | undefined
  readonly #acknowledged: Acknowledged | undefined
  readonly #appends: Deadlines
  readonly #underWay = new Set<Promise<unknown>>()
  #cancelRetry: (() => void) | undefined
  #closed = false

  constructor(host: CoherenceHost) {
    this.#host = host
    this.#readers = new CatchUp(host.clock)
    this.#appends = new Deadlines(host.clock, APPEND_MS)
    this.#mirror = new Mirror({
      log: host.log,
      clock: host.clock,
      elapsed: () => host.elapsed(),
      lost: () => {
        this.#heartbeat?.reset()
        this.#changed()
        host.reset()
      },
      stands: (at) => {
        this.#contact(at)
        this.#changed()
        this.#appendAgain()
        this.#readers.reached(this.#mirror.cursor)
      },
      applied: (invalidation) => {
        this.#announce(invalidation)
        this.#heartbeat?.moved()
        this.#readers.reached(this.#mirror.cursor)
      },
      failed: (cause) => host.fault(unavailable(cause)),
    })
    const everyMs = host.log.heartbeatMs
    if (everyMs === undefined) return
    this.#acknowledged = new Acknowledged(host.maxOfflineMs)
    this.#heartbeat = new Heartbeat({
      log: host.log,
      clock: host.clock,
      everyMs,
      elapsed: () => host.elapsed(),
      cursor: () => this.#mirror.mark() && { epoch: this.#mirror.epoch, position: this.#mirror.cursor },
      outrun: () => this.#mirror.begin(),
      silent: (cause) => host.fault(unavailable(cause)),
      contact: (at) => this.#contact(at),
    })
  }

  begin(): void {
    this.#mirror.begin()
    this.#heartbeat?.start()
  }

  /** Grows with every new mirror of the log. */
  get generation(): number {
    return this.#mirror.generation
  }

  /** The point that a look-up or load begins at; `undefined` without a mirror: then nothing may be stored. */
  mark(): Mark | undefined {
    return this.#mirror.mark()
  }

  /**
   * Judges what was loaded at `asOf`.
   *
   * @param after - Position of the caller's token: a soft record up to it counts as hard.
   */
  judge(key: string, { tags, epoch, asOf }: Subject, after = 0): Judgement {
    const { positions } = this.#mirror
    if (positions === undefined || epoch !== this.#mirror.epoch || this.isOffline()) return 'outdated'
    if (positions.hardAt(key, tags) > asOf) return 'outdated'
    const own = this.#pending.empty ? undefined : this.#pending.strengthFor(key, tags)
    if (own === 'hard') return 'outdated'
    if (own === undefined && positions.softAt(key, tags) <= asOf) return 'valid'
    return after > asOf ? 'outdated' : 'expired'
  }

  /** Whether contact with the log was lost for too long. */
  isOffline(): boolean {
    return this.offlineAt < Number.POSITIVE_INFINITY && this.#host.elapsed() >= this.offlineAt
  }

  /**
   * Appends. From the call on the invalidations hold on this node.
   *
   * @throws LogError `ERR_LOG_UNAVAILABLE` when the outcome is unknown; they keep their effect here and are appended again.
   */
  append(invalidations: readonly Invalidation[]): MaybePromise<Mark> {
    let answer: MaybePromise<Mark>
    try {
      answer = this.#host.log.append(invalidations)
    } catch (cause) {
      answer = Promise.reject(cause)
    }
    if (!isPromise(answer)) {
      this.#mirror.acknowledge(invalidations, answer)
      return answer
    }
    const batch = this.#pending.add(invalidations)
    for (const invalidation of invalidations) this.#announce(invalidation)
    const done = this.#inTime(answer).then(
      (mark) => {
        this.#accepted(batch, mark)
        return mark
      },
      (cause: unknown) => {
        this.#postpone(batch)
        throw unavailable(cause)
      },
    )
    this.#underWay.add(done)
    done.then(
      () => this.#underWay.delete(done),
      () => this.#underWay.delete(done),
    )
    return done
  }

  /** When what is being appended has been answered, one way or the other. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay)
  }

  /** Whether the view of the log stands, now or within a second. */
  standing(): MaybePromise<boolean> {
    return this.#mirror.mark() !== undefined || this.#readers.wait(0)
  }

  /** Waits until every record up to a token is known here; `false` when that cannot be had, and the tiers must be skipped. */
  catchUp(token: Mark): MaybePromise<boolean> {
    const mirrored = this.#mirror.mark()
    if (mirrored === undefined) return this.#readers.wait(0).then((stands) => stands && this.catchUp(token))
    if (mirrored.epoch === token.epoch) return this.#reach(token.position)
    try {
      const answer = chain(this.#host.log.head(), (head) => {
        // The log lives on in our epoch: the token is of an older life, and all that is valid here was loaded after it.
        if (this.#mirror.mark()?.epoch === head.epoch) return true
        this.#mirror.begin()
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
    this.#closed = true
    this.#heartbeat?.stop()
    this.#cancelRetry?.()
    this.#appends.close()
    this.#mirror.close()
    this.#readers.close()
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
      this.offlineAt = at + this.#host.maxOfflineMs
  }

  /** Another life of the log may not have what the one before acknowledged: replication is not always waited for. */
  #appendAgain(): void {
    const lost = this.#acknowledged?.lostWith(this.#mirror.epoch, this.#host.elapsed()) ?? []
    if (lost.length === 0) return
    this.#pending.postpone(this.#pending.add(lost))
    this.#retry()
  }

  #reach(position: number): MaybePromise<boolean> {
    return this.#mirror.positions !== undefined && this.#mirror.cursor >= position ? true : this.#readers.wait(position)
  }

  #inTime(answer: Promise<Mark>): Promise<Mark> {
    return new Promise((resolve, reject) => {
      const deadline = this.#appends.begin(() => reject(new Error('no answer in time')))
      const end = (): void => this.#appends.end(deadline)
      answer.then(resolve, reject)
      answer.then(end, end)
    })
  }

  #accepted(batch: Batch, mark: Mark): void {
    // First into the mirror, then out of effect: between the two nothing may slip through.
    this.#mirror.acknowledge(batch.invalidations, mark)
    this.#pending.settle(batch)
    // What was judged by the pending ones may be judged otherwise by their position.
    for (const invalidation of batch.invalidations) this.#announce(invalidation)
    this.#acknowledged?.add(batch.invalidations, this.#host.elapsed())
  }

  #postpone(batch: Batch): void {
    const waiting = this.#pending.postpone(batch)
    // It may stand for more than what was called for: too many that wait become one for all.
    for (const invalidation of waiting.invalidations.slice(-batch.invalidations.length)) this.#announce(invalidation)
    if (!this.#closed) this.#cancelRetry ??= this.#host.clock.after(RETRY_MS, () => this.#retry())
  }

  #retry(): void {
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    const batch = this.#pending.take()
    if (batch === undefined || this.#closed) return
    Promise.resolve()
      .then(() => this.#inTime(Promise.resolve(this.#host.log.append(batch.invalidations))))
      .then(
        (mark) => this.#accepted(batch, mark),
        () => this.#postpone(batch),
      )
  }
}

function unavailable(cause: unknown): LogError {
  return new LogError(
    'ERR_LOG_UNAVAILABLE',
    'The invalidation log did not answer, so nobody knows yet whether other processes were told. The invalidation holds in this process and is being retried; check the connection of the tier that brings the log.',
    { cause },
  )
}
