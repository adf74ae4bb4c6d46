/**
 * The cache's own time: integer milliseconds since the cache was made, which only grow.
 *
 * Invariant: time on the line never runs slower than real time, so that nothing outlives its windows. It follows the
 * monotonic clock, which stands still while a machine is suspended; when the wall clock gets ahead of it by a jump,
 * the line jumps too. A wall clock that is set back has no effect.
 *
 * Cost: reading two platform clocks is dearer than the rest of a memory hit, so hits use `recent()`: when there are many
 * in a millisecond, a reading lasts for 64 uses, and no longer than this turn of the event loop; when there are few, to
 * have it forgotten at the end of each turn would cost more than to read again. A machine falls asleep between two turns, while
 * the loop waits, so what is read after it has slept is never from before. Where a turn has no end that shows, the
 * reading lasts a millisecond.
 */
import type { Clock } from '@hotpath/contract'

/** Wall time ahead of monotonic time by less than this is jitter of two readings, not a jump. */
const JUMP_MS = 250
const USES_PER_READING = 64
/** From this many in a millisecond on, they are used more than once. */
const MANY_READINGS = 32

export class Timeline {
  readonly #clock: Clock
  #wall: number
  #monotonic: number
  #elapsed = 0
  #recent = 0
  #uses = 0
  /** How many came to the same millisecond. */
  #readings = 0
  #willForget = false
  #cancelTimer: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#wall = clock.now()
    this.#monotonic = clock.monotonic()
  }

  /** Now, exactly. */
  elapsed(): number {
    const wall = this.#clock.now()
    const monotonic = this.#clock.monotonic()
    const stepMs = monotonic - this.#monotonic
    const aheadMs = wall - this.#wall - stepMs
    this.#elapsed += /* rule: jump */ aheadMs > JUMP_MS ? stepMs + aheadMs : stepMs
    this.#wall = wall
    this.#monotonic = monotonic
    return Math.floor(this.#elapsed)
  }

  /** Now, as of a reading of this turn that is at most 64 uses old. */
  recent(): number {
    if (this.#uses > 0) {
      this.#uses--
      return this.#recent
    }
    return this.#read()
  }

  /** Lets go of the timer. */
  close(): void {
    this.#cancelTimer?.()
    this.#uses = 0
  }

  #read(): number {
    const now = this.elapsed()
    this.#readings = now === this.#recent ? this.#readings + 1 : 0
    this.#recent = now
    if (this.#readings >= MANY_READINGS) {
      this.#uses = USES_PER_READING
      this.#forgetLater()
    }
    return now
  }

  #forgetLater(): void {
    if (this.#willForget) return
    this.#willForget = true
    const forget = (): void => {
      this.#willForget = false
      this.#uses = 0
    }
    if (this.#clock.endOfTurn === undefined) this.#cancelTimer = this.#clock.after(1, forget)
    else this.#clock.endOfTurn(forget)
  }
}
