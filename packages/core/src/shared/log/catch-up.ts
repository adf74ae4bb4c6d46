/**
 * Readers that wait for the mirror to reach a position; each gives up after a second. Those that wait for the same
 * position wait together. A position that the log itself has not reached is waited for no longer than it takes to ask:
 * no write was acknowledged there, so the token was made up.
 */
import { type Clock, timeLimit } from '@hotpath/contract'

const CATCH_UP_MS = 1_000
/** The stream is mostly faster than a question. */
const ASK_AFTER_MS = 20

interface Waiter {
  readonly position: number
  readonly resolve: (reached: boolean) => void
  cancel: () => void
  /** The process was held for it. */
  readonly letExit: (() => void) | undefined
}

/** What is waited for. */
export interface CatchUpHost {
  readonly clock: Clock
  /** Whether the log has come to a position; rejects when it does not answer. */
  hasReached(position: number): Promise<boolean>
}

export class CatchUp {
  readonly #host: CatchUpHost
  readonly #waiters = new Set<Waiter>()
  /** By position. */
  readonly #shared = new Map<number, Promise<boolean>>()
  #closed = false

  constructor(host: CatchUpHost) {
    this.#host = host
  }

  /** Resolves to whether the position was reached in time. */
  wait(position: number): Promise<boolean> {
    const shared = this.#shared.get(position)
    if (shared !== undefined) return shared
    const reached = new Promise<boolean>((resolve) => {
      const waiter = this.#enter(position, (isReached) => {
        this.#shared.delete(position)
        resolve(isReached)
      })
      if (waiter !== undefined) this.#askLater(waiter)
    })
    if (!this.#closed) this.#shared.set(position, reached)
    return reached
  }

  #askLater(waiter: Waiter): void {
    const { cancel } = waiter
    const cancelAsking = this.#host.clock.after(ASK_AFTER_MS, () => {
      this.#host.hasReached(waiter.position).then(
        (isPossible) => void (!isPossible && this.#release(waiter, false)),
        () => {},
      )
    })
    waiter.cancel = () => {
      cancel()
      cancelAsking()
    }
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
    const cancel = timeLimit(this.#host.clock, CATCH_UP_MS, () => this.#release(waiter, false))
    const waiter: Waiter = { position, resolve, cancel, letExit: this.#host.clock.hold?.() }
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
