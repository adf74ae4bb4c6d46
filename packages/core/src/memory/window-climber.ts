/**
 * Which share of the room the window has.
 *
 * Hill climbing (Einziger, Eytan, Friedman and Manes 2018), by hit density instead of by hit ratio: of window and main
 * region, the one with more hits for its share of the room grows. One sample says which way, where the hit ratio takes two
 * samples of the same load. A step doubles while the way stays the same, and starts again from the smallest when it turns:
 * a change of the load is followed within a few samples, and a steady load moves the window little.
 */

/** Good for most loads: a smaller window misses what is used again soon, a larger one what is used often. */
const FIRST_SHARE = 0.1
const MIN_SHARE = 0.01
const MAX_SHARE = 0.95
const MIN_STEP = 1 / 128
const MAX_STEP = 1 / 16

export class WindowClimber {
  /** From 0 to 1. */
  share: number = FIRST_SHARE
  #step: number = MIN_STEP / 2
  #grows = true
  #uses = 0
  #windowHits = 0
  #mainHits = 0

  hit(inWindow: boolean): void {
    this.#uses++
    if (inWindow) this.#windowHits++
    else this.#mainHits++
  }

  /** Counts a miss, and ends the sample when it has so many uses. */
  miss(sampleUses: number): void {
    if (++this.#uses < sampleUses) return
    const gain = this.#windowHits * (1 - this.share) - this.#mainHits * this.share
    if (gain !== 0) this.#climb(gain > 0)
    this.#uses = this.#windowHits = this.#mainHits = 0
  }

  #climb(grow: boolean): void {
    this.#step = grow === this.#grows ? Math.min(this.#step * 2, MAX_STEP) : MIN_STEP
    this.#grows = grow
    const share = grow ? this.share + this.#step : this.share - this.#step
    this.share = Math.min(Math.max(share, MIN_SHARE), MAX_SHARE)
  }
}
