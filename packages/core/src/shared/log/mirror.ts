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
  type Invalidation,
  type LogFollower,
  type LogRecord,
  type LogSnapshot,
  type LogSubscription,
  type Mark,
  timeLimit,
} from '@hotpath/contract'
import { chain, isPromise } from '../../time/chain.ts'
import { TimedPositions } from '../../view/timed-positions.ts'
import { InvalidationSet } from './invalidation-set.ts'
import { RestartPacing } from './restart-pacing.ts'
import { type ViewContext, type ViewState } from './view-state.ts'

const RETRY_MS = 1_000
/** A log that does not answer for this long is asked anew. */
const BEGIN_MS = 10_000
/** Records that may come before the state was read. */
const MAX_EARLY = /* bound: early */ 50_000

export class Mirror {
  readonly #context: ViewContext
  readonly #state: ViewState
  /** Grows with every new mirror, one that never comes to be included. */
  #attempt = 0
  #subscription: LogSubscription | undefined
  /** Records that came before the state was read. */
  #early: LogRecord[] = []
  /** By epoch: the state may have been read before these, and the stream may bring them later. */
  #acknowledged = new Map<string, InvalidationSet>()
  /** The highest position that an earlier mirror knew of: in its epoch the log can be no lower. */
  #reached: Mark = { epoch: '', position: 0 }
  #isCrowded = false
  readonly #pacing = new RestartPacing()
  #beganAt = 0
  #closed = false
  #cancelTimer: (() => void) | undefined

  constructor(context: ViewContext) {
    this.#context = context
    this.#state = context.state
  }

  begin(): void {
    this.#leave()
    if (this.#closed) return
    this.#beganAt = this.#context.elapsed()
    const attempt = this.#attempt
    const current = (): boolean => attempt === this.#attempt && !this.#closed
    const follower: LogFollower = {
      record: (record) => void (current() && this.#receive(record)),
      interrupted: (cause) => {
        if (!current()) return
        // A log that breaks off before it could be read is not asked again at once.
        if (this.#state.positions === undefined) this.#fail(cause)
        else this.renew(cause)
      },
    }
    try {
      const begun = chain(this.#context.log.follow(follower), (subscription) => {
        if (!current()) return subscription.stop()
        this.#subscription = subscription
        return chain(
          this.#context.log.snapshot(),
          (snapshot) => void (current() && this.#adopt(subscription.from, snapshot)),
        )
      })
      if (!current() || !isPromise(begun)) return
      this.#cancelTimer = timeLimit(this.#context.clock, BEGIN_MS, () => this.#fail(new Error('no response in time')))
      begun.catch((cause: unknown) => void (current() && this.#fail(cause)))
    } catch (cause) {
      this.#fail(cause)
    }
  }

  /** The present mirror is of no use: begins a new one, soon if that happens again and again. */
  renew(cause?: unknown): void {
    const wasSlowed = this.#pacing.isSlowed
    const delayMs = this.#pacing.delayMs(this.#context.elapsed())
    if (delayMs === 0) return this.begin()
    this.#leave()
    if (this.#closed) return
    const unsteady = cause ?? new Error('the records of the log break off again and again')
    if (!wasSlowed) this.#context.report({ type: 'unreachable', cause: unsteady })
    this.#cancelTimer = this.#context.clock.after(delayMs, () => this.begin())
  }

  /** Takes in what an own append was answered with. The last position stands for all of the batch: never too low. */
  acknowledge(invalidations: readonly Invalidation[], mark: Mark): void {
    if (this.#state.positions === undefined) {
      const set = this.#acknowledged.get(mark.epoch) ?? new InvalidationSet()
      this.#acknowledged.set(mark.epoch, set)
      for (const invalidation of invalidations) set.add(invalidation, mark.position)
      return
    }
    if (mark.epoch !== this.#state.epoch) return this.renew()
    if (mark.position <= this.#state.cursor) return
    /* rule: own-acknowledgement */
    this.#state.known = Math.max(this.#state.known, mark.position)
    for (const invalidation of invalidations) this.#raise({ ...invalidation, ...mark })
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true
    this.#leave()
  }

  #leave(): void {
    this.#attempt++
    this.#early = []
    const wasThere = this.#state.positions !== undefined
    if (wasThere) this.#reached = { epoch: this.#state.epoch, position: this.#state.known }
    this.#state.positions = undefined
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#subscription?.stop()
    this.#subscription = undefined
    if (wasThere) this.#context.report({ type: 'lost' })
  }

  #adopt(from: Mark, snapshot: LogSnapshot): void {
    if (snapshot.epoch !== from.epoch) return this.renew()
    this.#cancelTimer?.()
    const [early, acknowledged, attempt] = [this.#early, this.#acknowledged, this.#attempt]
    this.#early = []
    this.#acknowledged = new Map()
    if (this.#state.epoch !== from.epoch) this.#state.first = from.position
    this.#state.epoch = from.epoch
    this.#state.cursor = /* rule: early-cursor */ from.position
    this.#state.known = Math.max(from.position, snapshot.position)
    this.#state.positions = new TimedPositions(snapshot.positions, () => this.#context.elapsed())
    this.#isCrowded = false
    const { epoch: reachedEpoch, position: reached } = this.#reached
    if (reachedEpoch === from.epoch && from.position < reached) this.#context.report({ type: 'rewound' })
    for (const [epoch, set] of acknowledged) {
      for (const { invalidation, rank: position } of set.values())
        if (attempt === this.#attempt) this.acknowledge([invalidation], { epoch, position })
    }
    for (const record of /* rule: early-records */ early) if (attempt === this.#attempt) this.#receive(record)
    if (attempt === this.#attempt) this.#context.report({ type: 'ready', at: this.#beganAt, life: snapshot.life })
  }

  #receive(record: LogRecord): void {
    if (this.#state.positions === undefined) {
      this.#early.push(record)
      if (this.#early.length > MAX_EARLY) this.#fail(new Error('more records came than could be kept'))
      return
    }
    if (record.epoch === this.#state.epoch && record.position <= this.#state.cursor) return
    if (record.epoch !== this.#state.epoch || /* rule: gap */ record.previous !== this.#state.cursor)
      return this.renew()
    this.#state.cursor = record.position
    this.#state.known = Math.max(this.#state.known, record.position)
    this.#raise(record)
    this.#context.report({ type: 'record', record })
  }

  #raise(record: Invalidation & Mark): void {
    const { positions } = this.#state
    if (positions === undefined) return
    positions.raise(record)
    if (!this.#isCrowded && positions.all.isCrowded === true) {
      this.#isCrowded = true
      this.#context.report({ type: 'crowded' })
    }
    this.#context.report({ type: 'applied', invalidation: record })
  }

  #fail(cause: unknown): void {
    this.#leave()
    this.#context.report({ type: 'unreachable', cause })
    this.#cancelTimer = this.#context.clock.after(RETRY_MS, () => this.begin())
  }
}
