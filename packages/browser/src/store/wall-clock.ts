/**
 * Wall time, which alone outlives a page, and may be set. When it was set back, nothing that was stored before can be judged by
 * its age any more.
 */

/** Corrections by less than this are no harm. */
export const SLACK_MS = 1_000

export class WallClock {
  readonly #now: () => number
  readonly #setBack: () => void
  /** The highest time that was seen, by this page or by those before it. */
  #highest = 0

  /** @param setBack - What was stored so far is dead. */
  constructor(now: () => number, setBack: () => void) {
    this.#now = now
    this.#setBack = setBack
  }

  get highest(): number {
    return this.#highest
  }

  /** What an earlier page has seen. */
  saw(highest: unknown): void {
    if (typeof highest === 'number' && highest > this.#highest) this.#highest = highest
  }

  /** Now. */
  read(): number {
    const now = this.#now()
    const isSetBack = now < this.#highest - SLACK_MS
    this.#highest = isSetBack ? now : Math.max(now, this.#highest)
    if (isSetBack) this.#setBack()
    return now
  }
}
