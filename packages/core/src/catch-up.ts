import type { Clock } from '@hotpath/contract'

const CATCH_UP_MS = 1_000

interface Waiter {
  readonly position: number
  readonly resolve: (reached: boolean) => void
  readonly cancel: () => void
}

/** Readers that wait for the mirror to reach a position; each gives up after a second. */
export class CatchUp {
  readonly #clock: Clock
  readonly #waiters = new Set<Waiter>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Resolves to whether the position was reached in time. */
  wait(position: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(CATCH_UP_MS, () => this.#release(waiter, false))
      const waiter: Waiter = { position, resolve, cancel }
      this.#waiters.add(waiter)
    })
  }

  /** The mirror has come to this position. */
  reached(position: number): void {
    for (const waiter of this.#waiters) if (position >= waiter.position) this.#release(waiter, true)
  }

  close(): void {
    for (const waiter of this.#waiters) this.#release(waiter, false)
  }

  #release(waiter: Waiter, reached: boolean): void {
    this.#waiters.delete(waiter)
    waiter.cancel()
    waiter.resolve(reached)
  }
}
