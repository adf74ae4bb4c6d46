/**
 * This process's copy of what the invalidation log says: follows the stream from a point on, reads the state once, and
 * takes in every record since.
 *
 * Invariants: positions are only ever raised. The *cursor* is contiguous and moved by the stream alone; the highest
 * position *known* comes from any reply and serves for `asOf` alone. Whatever breaks the order (another epoch, a gap,
 * an interruption) begins a new mirror, and until that stands nothing is valid and nothing is stored.
 *
 * A log that answers without promises is followed and read within the call.
 */
import {
  type Clock,
  type Invalidation,
  type InvalidationLog,
  type LogFollower,
  type LogPositions,
  type LogRecord,
  type LogSnapshot,
  type LogSubscription,
  type Mark,
  timeLimit,
} from '@hotpath/contract'
import { chain, isPromise } from './chain.ts'

/** What a mirror tells. */
export interface MirrorHost {
  readonly log: InvalidationLog
  readonly clock: Clock
  /** A mirror that stood is gone: nothing can be judged until the next one stands. */
  lost(): void
  /** The mirror stands, as of this instant on the cache's timeline, of this life of the log. */
  stands(at: number, life: string): void
  /** Now on the cache's timeline. */
  elapsed(): number
  /** A record was taken in. */
  applied(invalidation: Invalidation): void
  /** The log cannot be followed now; tried again later. */
  failed(cause: unknown): void
}

const RETRY_MS = 1_000
/** A log that does not answer for this long is asked anew. */
const BEGIN_MS = 10_000
/** Own appends acknowledged before the mirror stands; beyond this many one for *all* stands for them. */
const MAX_ACKNOWLEDGED = 1_000
const EVERYTHING: Invalidation = { scope: { type: 'all' }, strength: 'hard' }

export class Mirror {
  /** Grows with every new mirror. */
  generation = 0
  readonly #host: MirrorHost
  #subscription: LogSubscription | undefined
  /** `undefined` until the mirror stands. */
  #positions: LogPositions | undefined
  /** Records that came before the state was read. */
  #early: LogRecord[] = []
  /** The state may have been read before these, and the stream may bring them later. */
  #acknowledged: (Invalidation & Mark)[] = []
  #epoch = ''
  #cursor = 0
  #known = 0
  #beganAt = 0
  #closed = false
  #cancelTimer: (() => void) | undefined

  constructor(host: MirrorHost) {
    this.#host = host
  }

  /** What is known of the log; `undefined` until the mirror stands. */
  get positions(): LogPositions | undefined {
    return this.#positions
  }

  get epoch(): string {
    return this.#epoch
  }

  get cursor(): number {
    return this.#cursor
  }

  /** The point that a look-up or load begins at; `undefined` until the mirror stands: then nothing may be stored. */
  mark(): Mark | undefined {
    return this.#positions && { epoch: this.#epoch, position: this.#known }
  }

  begin(): void {
    this.#leave()
    if (this.#closed) return
    this.#beganAt = this.#host.elapsed()
    const generation = this.generation
    const current = (): boolean => generation === this.generation && !this.#closed
    const follower: LogFollower = {
      record: (record) => void (current() && this.#receive(record)),
      interrupted: (cause) => {
        if (!current()) return
        // A log that breaks off before it could be read is not asked again at once.
        if (this.#positions === undefined) this.#fail(cause)
        else this.begin()
      },
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
      if (!current() || !isPromise(begun)) return
      this.#cancelTimer = timeLimit(this.#host.clock, BEGIN_MS, () => this.#fail(new Error('no response in time')))
      begun.catch((cause: unknown) => void (current() && this.#fail(cause)))
    } catch (cause) {
      this.#fail(cause)
    }
  }

  /** Takes in what an own append was answered with. The last position stands for all of the batch: never too low. */
  acknowledge(invalidations: readonly Invalidation[], mark: Mark): void {
    if (this.#positions === undefined) {
      for (const invalidation of invalidations) this.#acknowledged.push({ ...invalidation, ...mark })
      if (this.#acknowledged.length > MAX_ACKNOWLEDGED) this.#acknowledged = [{ ...EVERYTHING, ...mark }]
      return
    }
    if (mark.epoch !== this.#epoch) return this.begin()
    if (mark.position <= this.#cursor) return
    this.#known = Math.max(this.#known, mark.position)
    for (const invalidation of invalidations) {
      this.#positions.raise({ ...invalidation, ...mark })
      this.#host.applied(invalidation)
    }
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true
    this.#leave()
  }

  #leave(): void {
    this.generation++
    this.#early = []
    const stood = this.#positions !== undefined
    this.#positions = undefined
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#subscription?.stop()
    this.#subscription = undefined
    if (stood) this.#host.lost()
  }

  #adopt(from: Mark, snapshot: LogSnapshot): void {
    if (snapshot.epoch !== from.epoch) return this.begin()
    this.#cancelTimer?.()
    const [early, acknowledged, { generation }] = [this.#early, this.#acknowledged, this]
    this.#early = []
    this.#acknowledged = []
    this.#epoch = from.epoch
    this.#cursor = from.position
    this.#known = Math.max(from.position, snapshot.position)
    this.#positions = snapshot.positions
    for (const one of acknowledged) if (generation === this.generation) this.acknowledge([one], one)
    for (const record of early) if (generation === this.generation) this.#receive(record)
    if (generation === this.generation) this.#host.stands(this.#beganAt, snapshot.life)
  }

  #receive(record: LogRecord): void {
    if (this.#positions === undefined) {
      this.#early.push(record)
      return
    }
    if (record.epoch === this.#epoch && record.position <= this.#cursor) return
    if (record.epoch !== this.#epoch || record.previous !== this.#cursor) return this.begin()
    this.#cursor = record.position
    this.#known = Math.max(this.#known, record.position)
    this.#positions.raise(record)
    this.#host.applied(record)
  }

  #fail(cause: unknown): void {
    this.#leave()
    this.#host.failed(cause)
    this.#cancelTimer = this.#host.clock.after(RETRY_MS, () => this.begin())
  }
}
