import { type Clock, timeLimit } from '@hotpath/contract'

const CATCH_UP_MS = 1_000

interface Waiter {
  readonly position: number
  readonly resolve: (reached: boolean) => void
  readonly cancel: () => void
  /** The process was held for it. */
  readonly letExit: (() => void) | undefined
}

/** Readers that wait for the mirror to reach a position; each gives up after a second. */
export class CatchUp {
  readonly #clock: Clock
  readonly #waiters = new Set<Waiter>()
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves to whether the position was reached in time. */
  wait(position: number): Promise<boolean> {
    return new Promise((resolve) => void this.#enter(position, resolve))
  }

  /** Resolves to what a promise answers, and to `false` when it fails or takes too long. */
  within(answer: Promise<boolean>): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter = this.#enter(Number.POSITIVE_INFINITY, resolve)
      const release = (reached: boolean): void => {
        if (waiter !== undefined) this.#release(waiter, reached)
      }
      answer.then(release, () => release(false))
    })
  }

  /** The mirror has come to this position. */
  reached(position: number): void {
    for (const waiter of this.#waiters) if (position >= waiter.position) this.#release(waiter, true)
  }

  close(): void {
    this.#closed = true
    for (const waiter of this.#waiters) this.#release(waiter, false)
  }

  #enter(position: number, resolve: (reached: boolean) => void): Waiter | undefined {
    if (this.#closed) {
      resolve(false)
      return undefined
    }
    const cancel = timeLimit(this.#clock, CATCH_UP_MS, () => this.#release(waiter, false))
    const waiter: Waiter = { position, resolve, cancel, letExit: this.#clock.hold?.() }
    this.#waiters.add(waiter)
    return waiter
  }

  #release(waiter: Waiter, reached: boolean): void {
    this.#waiters.delete(waiter)
    waiter.cancel()
    waiter.letExit?.()
    waiter.resolve(reached)
  }
}
