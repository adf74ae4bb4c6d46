/**
 * The cache's own time: integer milliseconds since the cache was made, which only grow.
 *
 * Invariant: time on the line never runs slower than real time, so that nothing outlives its windows. It follows the
 * monotonic clock, which stands still while a machine is suspended; when the wall clock gets ahead of it by a jump,
 * the line jumps too. A wall clock that is set back has no effect.
 *
 * Cost: reading two platform clocks is dearer than the rest of a memory hit, so hits use `recent()`: a reading that
 * is renewed after a millisecond or 64 uses, whichever comes first.
 */
import type { Clock } from '@hotpath/contract'

/** Wall time ahead of monotonic time by less than this is jitter of two readings, not a jump. */
const JUMP_MS = 250
const USES_PER_READING = 64

export class Timeline {
  readonly #clock: Clock
  #wall: number
  #monotonic: number
  #elapsed = 0
  #recent = 0
  #uses = 0
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
    this.#elapsed += aheadMs > JUMP_MS ? stepMs + aheadMs : stepMs
    this.#wall = wall
    this.#monotonic = monotonic
    return Math.floor(this.#elapsed)
  }

  /** Now, as of a reading that is at most about a millisecond or 64 uses old. */
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
    this.#cancelTimer = undefined
    this.#uses = 0
  }

  #read(): number {
    this.#recent = this.elapsed()
    this.#uses = USES_PER_READING
    this.#cancelTimer ??= this.#clock.after(1, () => {
      this.#cancelTimer = undefined
      this.#uses = 0
    })
    return this.#recent
  }
}
