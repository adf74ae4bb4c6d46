/**
 * Time limits of one length, for many calls at a time, with one timer. As all have the same length they end in the order
 * in which they began, so a list is enough: adding and removing are O(1), and nothing is allocated but the member.
 *
 * A platform timer, and even a look at the clock, cost more than most calls, and most calls are over before the turn
 * of the event loop is. So where the clock can tell the end of a turn, the instant of those that began in it is noted
 * then: a call that is over by then costs neither. A limit is thereby late by no more than the rest of that turn, and
 * never early. The timer stays armed when the list runs empty, or holds only calls whose callers have left, but does not
 * hold the process then.
 */
import type { Clock } from '@hotpath/contract'
import { isFaked } from './faked-time.ts'
import { startTimer, systemClock, type Timer } from './system-clock.ts'

/** A call with a time limit. */
export interface Deadline {
  /** When it ends; NaN until that is known. */
  at: number
  before: Deadline | undefined
  after: Deadline | undefined
  /** Whether it is in the list. */
  isRunning: boolean
  /** Whether somebody waits for the call: only then the process is to be kept alive for it. */
  isWaitedFor: boolean
  expire(): void
}

/** Makes one for what is no object of its own. */
export function createDeadline(expire: () => void): Deadline {
  return { at: Number.NaN, before: undefined, after: undefined, isRunning: false, isWaitedFor: false, expire }
}

export class Deadlines {
  readonly #clock: Clock
  readonly #limitMs: number
  #first: Deadline | undefined
  #last: Deadline | undefined
  #timer: Timer | undefined
  #isHeld = false
  /** How many of them somebody waits for. */
  #waitedFor = 0
  #willStamp = false
  /** Under timers of a test each has one of its own: they are moved before this turn ends, and no clock need move along. */
  #alone: Map<Deadline, Timer> | undefined

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock
    this.#limitMs = limitMs
  }

  add(deadline: Deadline): void {
    deadline.isRunning = true
    if (this.#clock === systemClock && isFaked()) {
      this.#addAlone(deadline)
      return
    }
    deadline.isWaitedFor = true
    this.#waitedFor++
    deadline.before = this.#last
    if (this.#last === undefined) this.#first = deadline
    else this.#last.after = deadline
    this.#last = deadline
    if (this.#willStamp) return
    if (this.#clock.endOfTurn === undefined) {
      this.#stamp()
      return
    }
    this.#willStamp = true
    this.#clock.endOfTurn(this.#stamp)
  }

  remove(deadline: Deadline): void {
    if (!deadline.isRunning) return
    deadline.isRunning = false
    const timer = this.#alone?.get(deadline)
    if (timer !== undefined) {
      timer.cancel()
      this.#alone?.delete(deadline)
      return
    }
    const { before, after } = deadline
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    // One that is over and has grown old would keep all later ones alive until the next full collection.
    deadline.before = undefined
    deadline.after = undefined
    this.abandon(deadline)
  }

  /** Nobody waits for the call any more. It is still ended in time, for what it keeps from others. */
  abandon(deadline: Deadline): void {
    if (!deadline.isWaitedFor) return
    deadline.isWaitedFor = false
    this.#waitedFor--
    if (this.#waitedFor === 0 && this.#isHeld) this.#hold(false)
  }

  #addAlone(deadline: Deadline): void {
    const timer = startTimer(this.#clock, this.#limitMs, () => {
      this.remove(deadline)
      deadline.expire()
    })
    this.#alone ??= new Map()
    this.#alone.set(deadline, timer)
  }

  /** Notes when those end that were added since the last time. */
  readonly #stamp = (): void => {
    this.#willStamp = false
    const at = this.#clock.monotonic() + this.#limitMs
    for (let one = this.#last; one !== undefined && Number.isNaN(one.at); one = one.before) one.at = at
    if (this.#first === undefined) return
    if (this.#timer === undefined) this.#arm(this.#limitMs)
    if (this.#isHeld !== this.#waitedFor > 0) this.#hold(!this.#isHeld)
  }

  #arm(delayMs: number): void {
    this.#isHeld = true
    this.#timer = startTimer(this.#clock, delayMs, this.#fire)
  }

  #hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    this.#timer?.hold(isHeld)
  }

  readonly #fire = (): void => {
    this.#timer = undefined
    this.#isHeld = false
    const now = this.#clock.monotonic()
    for (let first = this.#first; first !== undefined && first.at <= now; first = this.#first) {
      this.remove(first)
      first.expire()
    }
    // One that has no instant yet was added in this turn; its end will arm the timer.
    const nextAt = this.#first?.at ?? Number.NaN
    if (Number.isNaN(nextAt) || this.#timer !== undefined) return
    this.#arm(nextAt - now)
    if (this.#waitedFor === 0) this.#hold(false)
  }
}
