/**
 * When a mirror that broke may begin again: the first times at once, and then, while each breaks soon after it stood,
 * after delays that double. A log whose records are garbage costs its store a few reads then, not hundreds a second.
 */

/** A mirror that stood for this long had nothing wrong with it. */
const QUIET_MS = 10_000
const AT_ONCE = 3
const FIRST_MS = 50
const LONGEST_MS = 5_000

export class RestartPacing {
  #count = 0
  #lastAt = Number.NEGATIVE_INFINITY

  /** Whether the last ones came so fast that they had to wait; new ones tell of it once. */
  get isSlowed(): boolean {
    return this.#count > AT_ONCE
  }

  /** One is due now: how long it has to wait. */
  delayMs(now: number): number {
    this.#count = now - this.#lastAt < QUIET_MS ? this.#count + 1 : 1
    const delayMs = this.isSlowed ? Math.min(LONGEST_MS, FIRST_MS * 2 ** (this.#count - AT_ONCE - 1)) : 0
    // Counted from when it begins.
    this.#lastAt = now + delayMs
    return delayMs
  }
}
