/**
 * Ends operations that take too long. All may take equally long, so they end in the order in which they began, and one
 * timer serves them all: each costs a place in a set. The timer is left to run out rather than stopped when nothing
 * is under way: to set and stop one for every operation would cost more than the rest. The process is held while
 * operations are under way.
 */
import type { Clock } from './ports/clock.ts'
import type { MaybePromise } from './ports/log.ts'
import { timeLimit } from './time-limit.ts'

/** An operation under way. */
export interface Deadline {
  /** When its time is up, by `clock.monotonic()`. */
  readonly at: number
  /** Called when the time is up, or everything ends; undefined when the operation has ended. */
  expire: ((isLate: boolean) => void) | undefined
}

/**
 * Time limits of one length, by one timer.
 *
 * @example
 * ```ts
 * import { systemClock } from '@hotpath/contract'
 * import { Deadlines } from '@hotpath/contract/deadlines'
 *
 * const deadlines = new Deadlines(systemClock, 10)
 * const never = new Promise<string>(() => {})
 * console.log(await deadlines.inTime(never).catch((error: Error) => error.message)) // no response in time
 * ```
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #limitMs: number
  /** Oldest first. */
  readonly #running = new Set<Deadline>()
  #cancel: (() => void) | undefined
  #release: (() => void) | undefined

  /** @param limitMs - Of each operation; `Infinity`: none. */
  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock
    this.#limitMs = limitMs
  }

  /** Begins an operation. */
  begin(expire: (isLate: boolean) => void): Deadline {
    const isLimited = this.#limitMs < Number.POSITIVE_INFINITY
    const at = isLimited ? this.#clock.monotonic() + this.#limitMs : this.#limitMs
    const deadline: Deadline = { at, expire }
    this.#running.add(deadline)
    if (!isLimited) return deadline
    this.#cancel ??= timeLimit(this.#clock, this.#limitMs, () => this.#expire())
    this.#release ??= this.#clock.hold?.()
    return deadline
  }

  /** What was asked for, or a rejection when it does not come in time or everything ends. */
  inTime<Result>(answer: MaybePromise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const deadline = this.begin(() => reject(new Error('no response in time')))
      const end = (): void => this.end(deadline)
      const answered = Promise.resolve(answer)
      answered.then(resolve, reject)
      answered.then(end, end)
    })
  }

  /** The operation has ended. */
  end(deadline: Deadline): void {
    this.#running.delete(deadline)
    // V8 links each table that a set has outgrown to the next one: a dead one that has grown old keeps all later ones,
    // and what is in them, until the next full collection. So nothing that an operation held is left in them.
    deadline.expire = undefined
    this.#releaseIfIdle()
  }

  /** Ends all that are under way. */
  close(): void {
    this.#cancel?.()
    this.#cancel = undefined
    for (const deadline of this.#running) deadline.expire?.(false)
    this.#running.clear()
    this.#releaseIfIdle()
  }

  #releaseIfIdle(): void {
    if (this.#running.size > 0) return
    this.#release?.()
    this.#release = undefined
  }

  #expire(): void {
    this.#cancel = undefined
    const now = this.#clock.monotonic()
    for (const deadline of this.#running) {
      if (deadline.at > now) {
        this.#cancel = timeLimit(this.#clock, deadline.at - now, () => this.#expire())
        return
      }
      this.#running.delete(deadline)
      deadline.expire?.(true)
    }
    this.#releaseIfIdle()
  }
}
