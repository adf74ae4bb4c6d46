/**
 * When keys on screen are looked at again though nothing happened: when what is shown stops being fresh, and when the view of
 * the log has come that judges what was loaded before.
 */
import type { Cache } from '@hotpath/core'
import { type CacheInside, insideOf } from '@hotpath/core/inside'
import type { ObservedKey } from './observed-key.ts'

/** What is no longer fresh is looked for at most this often. */
const AGE_STEP_MS = 100
/** Whether the view of the log is there is looked for as often. */
const LOG_STEP_MS = 1_000

export class Rechecks {
  readonly #cache: Cache
  readonly #inside: CacheInside
  readonly #observers: Iterable<{ readonly key: ObservedKey }>
  readonly #judgeAgain: (key: ObservedKey) => void
  #ageAt = Number.POSITIVE_INFINITY
  #cancelAge = (): void => {}
  #cancelLog: (() => void) | undefined

  /** @param observers - Those of the keys that are on screen, now and later. */
  constructor(
    cache: Cache,
    observers: Iterable<{ readonly key: ObservedKey }>,
    judgeAgain: (key: ObservedKey) => void,
  ) {
    this.#cache = cache
    this.#inside = insideOf(cache)
    this.#observers = observers
    this.#judgeAgain = judgeAgain
  }

  watch({ freshUntil, isUnjudged }: ObservedKey): void {
    if (freshUntil !== Number.NEGATIVE_INFINITY) this.#watchAge(freshUntil)
    if (isUnjudged) this.#watchLog()
  }

  stop(): void {
    this.#cancelAge()
    this.#ageAt = Number.POSITIVE_INFINITY
    this.#cancelLog?.()
    this.#cancelLog = undefined
  }

  #watchAge(freshUntil: number): void {
    if (freshUntil >= this.#ageAt) return
    this.#cancelAge()
    this.#ageAt = freshUntil
    const { clock, elapsed } = this.#inside
    this.#cancelAge = clock.after(freshUntil - elapsed(), () => this.#aged())
  }

  #aged(): void {
    const now = this.#inside.elapsed()
    let next = Number.POSITIVE_INFINITY
    for (const { key } of this.#observers) {
      const { freshUntil } = key
      if (freshUntil > now) next = Math.min(next, freshUntil)
      else key.touch()
    }
    this.#ageAt = Number.POSITIVE_INFINITY
    if (next < Number.POSITIVE_INFINITY) this.#watchAge(Math.max(next, now + AGE_STEP_MS))
  }

  #watchLog(): void {
    this.#cancelLog ??= this.#inside.clock.after(LOG_STEP_MS, () => {
      this.#cancelLog = undefined
      if (this.#cache.position() === undefined) return this.#watchLog()
      for (const { key } of this.#observers) if (key.isUnjudged) this.#judgeAgain(key)
    })
  }
}
