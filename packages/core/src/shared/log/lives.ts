/**
 * Which lives of the log were met, so that servers which take turns are noticed: one that fails over has a new life and
 * never its old one again, and behind a proxy that mixes servers each change empties the cache for nothing.
 */
import { LogError } from '@hotpath/contract'

/** A handful tells, and bounds what is remembered. */
const MAX_LIVES = 8

export class Lives {
  readonly #met = new Set<string>()
  #current: string | undefined

  /** Takes in the life that answered; what is wrong when an earlier one has come back. */
  saw(life: string): LogError | undefined {
    if (life === this.#current) return undefined
    const isBack = this.#met.has(life)
    this.#current = life
    this.#met.add(life)
    const [oldest] = this.#met
    if (this.#met.size > MAX_LIVES && oldest !== undefined) this.#met.delete(oldest)
    return isBack ? flapping(life) : undefined
  }
}

function flapping(life: string): LogError {
  return new LogError(
    'ERR_LOG_FLAPPING',
    'An earlier server answers for the invalidation log again, so several take turns, and each change empties the cache. Connect to one primary, or turn `checkLife` off where the tier has it.',
    { context: { life } },
  )
}
