/**
 * This node's way to the log: appends, waits for an answer within a bound, and appends again what has an unknown
 * outcome or may have been lost with an earlier life of the log. See `pending-invalidations.ts` for what holds meanwhile.
 */
import {
  type Clock,
  type Invalidation,
  type InvalidationLog,
  LogError,
  type Mark,
  type MaybePromise,
  type Strength,
} from '@hotpath/contract'
import type { Acknowledged } from './acknowledged.ts'
import { isPromise } from './chain.ts'
import { Deadlines } from './deadlines.ts'
import { type Batch, PendingInvalidations } from './pending-invalidations.ts'

/** What appending needs, and tells. */
export interface AppendHost {
  readonly log: InvalidationLog
  readonly clock: Clock
  /** The log has given them a position. */
  accepted(invalidations: readonly Invalidation[], mark: Mark): void
  /** What it matches may be judged otherwise from now on. */
  changed(invalidation: Invalidation): void
  /** Remembers what was acknowledged, where the log may lose it. */
  readonly acknowledged: Acknowledged | undefined
}

/** Stands for a write that has no position yet: nobody can tell when a node is up to it. */
export const QUEUED: Mark = { epoch: '_', position: 0 }

const RETRY_MS = 1_000
/** An append that is not answered for this long has an unknown outcome. */
const APPEND_MS = 5_000

export class OwnAppends {
  readonly #host: AppendHost
  readonly #pending = new PendingInvalidations()
  readonly #deadlines: Deadlines
  readonly #underWay = new Set<Promise<unknown>>()
  #cancelRetry: (() => void) | undefined
  #closed = false

  constructor(host: AppendHost) {
    this.#host = host
    this.#deadlines = new Deadlines(host.clock, APPEND_MS)
  }

  /** The strongest invalidation without a position yet that matches. */
  strengthFor(key: string, tags: readonly string[]): Strength | undefined {
    return this.#pending.empty ? undefined : this.#pending.strengthFor(key, tags)
  }

  /**
   * From the call on the invalidations hold on this node.
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
      this.#host.accepted(invalidations, answer)
      return answer
    }
    const batch = this.#pending.add(invalidations)
    for (const invalidation of invalidations) this.#host.changed(invalidation)
    const done = this.#inTime(answer).then(
      (mark) => {
        this.#accepted(batch, mark)
        return mark
      },
      (cause: unknown) => {
        this.#postpone(batch)
        throw unconfirmed(cause)
      },
    )
    this.#underWay.add(done)
    const end = (): void => void this.#underWay.delete(done)
    done.then(end, end)
    return done
  }

  /** The log stands in this epoch. Another life may not have what the one before acknowledged: replication is not always waited for. */
  stands(epoch: string): void {
    const lost = this.#host.acknowledged?.lostWith(epoch, this.#host.clock.monotonic()) ?? []
    if (lost.length === 0) return
    this.#pending.postpone(this.#pending.add(lost))
    this.#retry()
  }

  /** When what is being appended has been answered, one way or the other. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay)
  }

  close(): void {
    this.#closed = true
    this.#cancelRetry?.()
    this.#deadlines.close()
  }

  #inTime(answer: Promise<Mark>): Promise<Mark> {
    return new Promise((resolve, reject) => {
      const deadline = this.#deadlines.begin(() => reject(new Error('no response in time')))
      const end = (): void => this.#deadlines.end(deadline)
      answer.then(resolve, reject)
      answer.then(end, end)
    })
  }

  #accepted(batch: Batch, mark: Mark): void {
    // First into the mirror, then out of effect: between the two nothing may slip through.
    this.#host.accepted(batch.invalidations, mark)
    this.#pending.settle(batch)
    // What was judged by the pending ones may be judged otherwise by their position.
    for (const invalidation of batch.invalidations) this.#host.changed(invalidation)
    this.#host.acknowledged?.add(batch.invalidations, mark, this.#host.clock.monotonic())
  }

  #postpone(batch: Batch): void {
    const waiting = this.#pending.postpone(batch)
    // It may stand for more than what was called for: too many that wait become one for all.
    for (const one of waiting.invalidations.slice(-batch.invalidations.length)) this.#host.changed(one)
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

/** What callers get when the log does not confirm what they appended. */
export function unconfirmed(cause: unknown): LogError {
  return new LogError(
    'ERR_LOG_UNAVAILABLE',
    'The invalidation log did not confirm the invalidation. It holds in this process and is retried, but other processes may not know of it yet. Check the connection of the tier that brings the log.',
    { cause },
  )
}
