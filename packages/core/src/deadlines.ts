/**
 * Ends operations that take too long. All may take equally long, so they end in the order in which they began, and one
 * timer for the oldest serves them all: of many at once, each costs a place in a set and no timer of its own.
 */
import type { Clock } from '@hotpath/contract'

/** An operation under way. */
export interface Deadline {
  readonly at: number
  /** Called when the time is up, or everything ends. */
  readonly expire: (isLate: boolean) => void
}

export class Deadlines {
  readonly #clock: Clock
  readonly #limitMs: number
  /** Oldest first. */
  readonly #running = new Set<Deadline>()
  #cancel: (() => void) | undefined

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock
    this.#limitMs = limitMs
  }

  /** Begins an operation. */
  begin(expire: Deadline['expire']): Deadline {
    const isLimited = this.#limitMs < Number.POSITIVE_INFINITY
    const at = isLimited ? this.#clock.monotonic() + this.#limitMs : this.#limitMs
    const deadline: Deadline = { at, expire }
    this.#running.add(deadline)
    if (isLimited) this.#cancel ??= this.#clock.after(this.#limitMs, () => this.#expire())
    return deadline
  }

  /** The operation has ended. */
  end(deadline: Deadline): void {
    this.#running.delete(deadline)
    if (this.#running.size === 0) this.#disarm()
  }

  /** Ends all that are under way. */
  close(): void {
    this.#disarm()
    for (const deadline of this.#running) deadline.expire(false)
    this.#running.clear()
  }

  #disarm(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #expire(): void {
    this.#cancel = undefined
    const now = this.#clock.monotonic()
    for (const deadline of this.#running) {
      if (deadline.at > now) {
        this.#cancel = this.#clock.after(deadline.at - now, () => this.#expire())
        return
      }
      this.#running.delete(deadline)
      deadline.expire(true)
    }
  }
}
