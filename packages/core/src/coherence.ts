/**
 * What this cache knows of its invalidation log, and the judgements that follow from it.
 *
 * Invariants: positions are only ever raised. `mark()` is noted before a look-up or load, so that a record accepted
 * meanwhile has a larger position than the entry's `asOf`. While the view is not live nothing is valid and nothing is
 * stored. Three numbers are never mixed: the *cursor* (contiguous, moved by the stream alone), the highest position
 * *known* from any reply (used for `asOf` alone), and the *version* (grows whenever a judgement may have changed, so
 * that an entry judged at this version needs no look-up).
 *
 * A log that answers without promises is followed, read and appended to within the call.
 */
import {
  type Clock,
  type Invalidation,
  type InvalidationLog,
  type LogFollower,
  LogError,
  type LogPositions,
  type LogRecord,
  type LogSubscription,
  type Mark,
  type MaybePromise,
  type Scope,
} from '@hotpath/contract'
import { chain } from './chain.ts'
import { type Batch, OwnInvalidations } from './own-invalidations.ts'

/** What the log says of an entry: valid, expired (a soft record) or outdated (a hard one). */
export type Judgement = 'valid' | 'expired' | 'outdated'

/** What is judged: the parts of an entry or of a load that records can concern. */
export interface Subject {
  readonly tags: readonly string[]
  readonly epoch: string
  readonly asOf: number
}

/** What a view of a log needs from the cache. */
export interface CoherenceHost {
  readonly log: InvalidationLog
  readonly clock: Clock
  /** A record names exactly this key: let go of it in memory (hard) or judge it again (soft). */
  keyChanged(key: string, hard: boolean): void
  /** The view begins anew: nothing in memory can be judged any more. */
  reset(): void
  /** Something went wrong behind the calls. */
  fault(error: LogError): void
}

const RETRY_MS = 1_000
const CATCH_UP_MS = 1_000

interface Waiter {
  readonly position: number
  readonly resolve: (caughtUp: boolean) => void
  readonly cancel: () => void
}

export class Coherence {
  /** Grows whenever the judgement of an entry in memory may have changed. */
  version = 0
  /** Grows with every record and every new view; tells whether anything happened since. */
  changes = 0
  /** Grows with every new view of the log. */
  generation = 0
  readonly #host: CoherenceHost
  readonly #own = new OwnInvalidations()
  readonly #waiters = new Set<Waiter>()
  #subscription: LogSubscription | undefined
  #positions: LogPositions | undefined
  #early: LogRecord[] = []
  #epoch = ''
  #cursor = 0
  #known = 0
  #live = false
  #closed = false
  #cancelRetry: (() => void) | undefined

  constructor(host: CoherenceHost) {
    this.#host = host
  }

  /** Begins a view: follows the stream from a point on, then reads the state once, then takes in what came between. */
  begin(): void {
    this.#leave()
    if (this.#closed) return
    const generation = this.generation
    const current = (): boolean => generation === this.generation && !this.#closed
    const follower: LogFollower = {
      record: (record) => void (current() && this.#receive(record)),
      interrupted: () => void (current() && this.begin()),
    }
    try {
      const begun = chain(this.#host.log.follow(follower), (subscription) => {
        if (!current()) return subscription.stop()
        this.#subscription = subscription
        return chain(
          this.#host.log.snapshot(),
          (snapshot) => void (current() && this.#adopt(subscription.from, snapshot)),
        )
      })
      if (begun instanceof Promise) begun.catch((cause: unknown) => void (current() && this.#retryLater(cause)))
    } catch (cause) {
      this.#retryLater(cause)
    }
  }

  /** Whether entries can be judged now. */
  get live(): boolean {
    return this.#live
  }

  /** The point that a look-up or load begins at; `undefined` while there is no view: then nothing may be stored. */
  mark(): Mark | undefined {
    return this.#live ? { epoch: this.#epoch, position: this.#known } : undefined
  }

  /**
   * Judges what was loaded at `asOf`.
   *
   * @param after - Position of the caller's token: a soft record up to it counts as hard.
   */
  judge(key: string, subject: Subject, after = 0): Judgement {
    if (!this.#live || this.#positions === undefined || subject.epoch !== this.#epoch) return 'outdated'
    if (this.#positions.hardAt(key, subject.tags) > subject.asOf) return 'outdated'
    const own = this.#own.empty ? undefined : this.#own.strengthFor(key, subject.tags)
    if (own === 'hard') return 'outdated'
    if (own === undefined && this.#positions.softAt(key, subject.tags) <= subject.asOf) return 'valid'
    return after > subject.asOf ? 'outdated' : 'expired'
  }

  /**
   * Appends. From the call on the invalidations hold on this node.
   *
   * @throws LogError `ERR_LOG_UNAVAILABLE` when the outcome is unknown; they keep their effect here and are appended again.
   */
  append(invalidations: readonly Invalidation[]): MaybePromise<Mark> {
    const batch = this.#own.add(invalidations)
    let answer: MaybePromise<Mark>
    try {
      answer = this.#host.log.append(invalidations)
    } catch (cause) {
      answer = Promise.reject(cause)
    }
    if (!(answer instanceof Promise)) {
      this.#accepted(batch, answer)
      return answer
    }
    this.#announce(invalidations)
    return answer.then(
      (mark) => {
        this.#accepted(batch, mark)
        return mark
      },
      (cause: unknown) => {
        this.#again(batch)
        throw unavailable(cause)
      },
    )
  }

  /** Waits until every record up to a token is known here; `false` when that cannot be had, and the tiers must be skipped. */
  catchUp(token: Mark): MaybePromise<boolean> {
    if (this.#live && token.epoch === this.#epoch) {
      return this.#cursor >= token.position ? true : this.#waitFor(token.position)
    }
    try {
      const answer = chain(this.#host.log.head(), (head) => {
        // The log lives on in our epoch: the token is of an older life, and all that is valid here was loaded after it.
        if (this.#live && head.epoch === this.#epoch) return true
        this.begin()
        return head.epoch === token.epoch ? this.#waitFor(token.position) : this.#waitFor(0)
      })
      return answer instanceof Promise ? answer.catch(() => false) : answer
    } catch {
      return false
    }
  }

  /** Ends the view. Idempotent. */
  close(): void {
    this.#closed = true
    this.#leave()
    this.#cancelRetry?.()
    for (const waiter of this.#waiters) this.#release(waiter, false)
  }

  #leave(): void {
    this.#live = false
    this.generation++
    this.version++
    this.changes++
    this.#early = []
    this.#positions = undefined
    this.#subscription?.stop()
    this.#subscription = undefined
    this.#host.reset()
  }

  #adopt(from: Mark, snapshot: Mark & { readonly positions: LogPositions }): void {
    if (snapshot.epoch !== from.epoch) return this.begin()
    this.#epoch = from.epoch
    this.#cursor = from.position
    this.#known = Math.max(from.position, snapshot.position)
    this.#positions = snapshot.positions
    this.#live = true
    this.version++
    this.changes++
    const early = this.#early
    this.#early = []
    for (const record of early) this.#receive(record)
    this.#wake()
  }

  #receive(record: LogRecord): void {
    if (!this.#live) {
      this.#early.push(record)
      return
    }
    if (record.epoch === this.#epoch && record.position <= this.#cursor) return
    if (record.epoch !== this.#epoch || record.previous !== this.#cursor) return this.begin()
    this.#cursor = record.position
    this.#known = Math.max(this.#known, record.position)
    this.#positions?.raise(record)
    this.#touch(record.scope, record.strength === 'hard')
    this.#wake()
  }

  #touch(scope: Scope, hard: boolean): void {
    this.changes++
    // A record of one key concerns one entry, so the judgements of all others stand.
    if (scope.type === 'key') this.#host.keyChanged(scope.key, hard)
    else this.version++
  }

  #announce(invalidations: readonly Invalidation[]): void {
    for (const { scope, strength } of invalidations) this.#touch(scope, strength === 'hard')
  }

  #accepted(batch: Batch, mark: Mark): void {
    this.#own.remove(batch)
    if (!this.#live) return
    if (mark.epoch !== this.#epoch) return this.begin()
    if (mark.position <= this.#cursor) return
    // The answer overtook the stream. The batch's last position stands for all of them: never too low.
    this.#known = Math.max(this.#known, mark.position)
    for (const invalidation of batch.invalidations) this.#positions?.raise({ ...invalidation, ...mark })
    this.#announce(batch.invalidations)
  }

  #again(batch: Batch): void {
    const queued = this.#own.requeue(batch)
    if (queued !== batch) this.#announce(queued.invalidations)
    this.#host.clock.after(RETRY_MS, () => {
      if (this.#closed) return
      Promise.resolve()
        .then(() => this.#host.log.append(queued.invalidations))
        .then(
          (mark) => this.#accepted(queued, mark),
          () => this.#again(queued),
        )
    })
  }

  #retryLater(cause: unknown): void {
    this.#host.fault(unavailable(cause))
    this.#cancelRetry?.()
    this.#cancelRetry = this.#host.clock.after(RETRY_MS, () => this.begin())
  }

  #waitFor(position: number): MaybePromise<boolean> {
    if (this.#live && this.#cursor >= position) return true
    return new Promise((resolve) => {
      const cancel = this.#host.clock.after(CATCH_UP_MS, () => this.#release(waiter, false))
      const waiter: Waiter = { position, resolve, cancel }
      this.#waiters.add(waiter)
    })
  }

  #wake(): void {
    for (const waiter of this.#waiters) if (this.#cursor >= waiter.position) this.#release(waiter, true)
  }

  #release(waiter: Waiter, caughtUp: boolean): void {
    this.#waiters.delete(waiter)
    waiter.cancel()
    waiter.resolve(caughtUp)
  }
}

function unavailable(cause: unknown): LogError {
  return new LogError(
    'ERR_LOG_UNAVAILABLE',
    'The invalidation log did not answer, so nobody knows yet whether other processes were told. The invalidation holds in this process and is being retried; check the connection of the tier that brings the log.',
    { cause },
  )
}
