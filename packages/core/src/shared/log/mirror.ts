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
import { chain, isPromise } from '../../time/chain.ts'
import { InvalidationSet } from './invalidation-set.ts'
import { RestartPacing } from './restart-pacing.ts'

/** What a mirror tells. */
export interface MirrorHost {
  readonly log: InvalidationLog
  readonly clock: Clock
  /** A mirror that stood is gone: nothing can be judged until the next one stands. */
  lost(): void
  /** The mirror stands, as of this instant on the cache's timeline, of this life of the log. */
  ready(at: number, life: string): void
  /** The log has gone back behind what it had said: records are lost, and nobody knows which. Called before `ready`. */
  wentBack(): void
  /** So many prefixes and patterns were invalidated that the oldest now concern everything. Once per mirror. */
  crowded(): void
  /** Now on the cache's timeline. */
  elapsed(): number
  /** A record was taken in. */
  applied(invalidation: Invalidation): void
  /** A record of the stream was taken in: each comes once, in order. */
  received(record: LogRecord): void
  /** The log cannot be followed now; tried again later. */
  failed(cause: unknown): void
}

const RETRY_MS = 1_000
/** A log that does not answer for this long is asked anew. */
const BEGIN_MS = 10_000
/** Records that may come before the state was read. */
const MAX_EARLY = /* bound: early */ 50_000

export class Mirror {
  /** Grows with every new mirror. */
  generation = 0
  readonly #host: MirrorHost
  #subscription: LogSubscription | undefined
  /** `undefined` until the mirror stands. */
  #positions: LogPositions | undefined
  /** Records that came before the state was read. */
  #early: LogRecord[] = []
  /** By epoch: the state may have been read before these, and the stream may bring them later. */
  #acknowledged = new Map<string, InvalidationSet>()
  #epoch = ''
  #cursor = 0
  #known = 0
  /** The highest position that an earlier mirror knew of: in its epoch the log can be no lower. */
  #reached: Mark = { epoch: '', position: 0 }
  #isCrowded = false
  readonly #pacing = new RestartPacing()
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
        else this.renew(cause)
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

  /** The present mirror is of no use: begins a new one, soon if that happens again and again. */
  renew(cause?: unknown): void {
    const wasSlowed = this.#pacing.isSlowed
    const delayMs = this.#pacing.delayMs(this.#host.elapsed())
    if (delayMs === 0) return this.begin()
    this.#leave()
    if (this.#closed) return
    if (!wasSlowed) this.#host.failed(cause ?? new Error('the records of the log break off again and again'))
    this.#cancelTimer = this.#host.clock.after(delayMs, () => this.begin())
  }

  /** Takes in what an own append was answered with. The last position stands for all of the batch: never too low. */
  acknowledge(invalidations: readonly Invalidation[], mark: Mark): void {
    if (this.#positions === undefined) {
      const set = this.#acknowledged.get(mark.epoch) ?? new InvalidationSet()
      this.#acknowledged.set(mark.epoch, set)
      for (const invalidation of invalidations) set.add(invalidation, mark.position)
      return
    }
    if (mark.epoch !== this.#epoch) return this.renew()
    if (mark.position <= this.#cursor) return
    /* rule: own-acknowledgement */
    this.#known = Math.max(this.#known, mark.position)
    for (const { scope, strength } of invalidations) this.#raise({ scope, strength, ...mark })
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
    if (stood) this.#reached = { epoch: this.#epoch, position: this.#known }
    this.#positions = undefined
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#subscription?.stop()
    this.#subscription = undefined
    if (stood) this.#host.lost()
  }

  #adopt(from: Mark, snapshot: LogSnapshot): void {
    if (snapshot.epoch !== from.epoch) return this.renew()
    this.#cancelTimer?.()
    const [early, acknowledged, { generation }] = [this.#early, this.#acknowledged, this]
    this.#early = []
    this.#acknowledged = new Map()
    this.#epoch = from.epoch
    this.#cursor = /* rule: early-cursor */ from.position
    this.#known = Math.max(from.position, snapshot.position)
    this.#positions = snapshot.positions
    this.#isCrowded = false
    const { epoch: reachedEpoch, position: reached } = this.#reached
    if (reachedEpoch === from.epoch && from.position < reached) this.#host.wentBack()
    for (const [epoch, set] of acknowledged) {
      for (const { invalidation, rank: position } of set.values())
        if (generation === this.generation) this.acknowledge([invalidation], { epoch, position })
    }
    for (const record of /* rule: early-records */ early) if (generation === this.generation) this.#receive(record)
    if (generation === this.generation) this.#host.ready(this.#beganAt, snapshot.life)
  }

  #receive(record: LogRecord): void {
    if (this.#positions === undefined) {
      this.#early.push(record)
      if (this.#early.length > MAX_EARLY) this.#fail(new Error('more records came than could be kept'))
      return
    }
    if (record.epoch === this.#epoch && record.position <= this.#cursor) return
    if (record.epoch !== this.#epoch || /* rule: gap */ record.previous !== this.#cursor) return this.renew()
    this.#cursor = record.position
    this.#known = Math.max(this.#known, record.position)
    this.#raise(record)
    this.#host.received(record)
  }

  #raise(record: Invalidation & Mark): void {
    const { positions } = this
    if (positions === undefined) return
    positions.raise(record)
    if (!this.#isCrowded && positions.isCrowded === true) {
      this.#isCrowded = true
      this.#host.crowded()
    }
    this.#host.applied(record)
  }

  #fail(cause: unknown): void {
    this.#leave()
    this.#host.failed(cause)
    this.#cancelTimer = this.#host.clock.after(RETRY_MS, () => this.begin())
  }
}
