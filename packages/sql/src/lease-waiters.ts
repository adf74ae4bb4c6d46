/** Who waits for leases to be given back: woken when told so, and found out by a look for all of them every now and then. */
import type { Clock } from '@hotpath/contract'

/** What waiting takes. */
export interface WaitersParts {
  readonly clock: Clock
  /** Nobody tells of a holder that died. */
  readonly lookMs: () => number
  /** Which of these are held by somebody. */
  held(keys: readonly string[]): Promise<ReadonlySet<string>>
}

interface Waiter {
  wake(): void
  fail(error: unknown): void
}

export class LeaseWaiters {
  readonly #parts: WaitersParts
  readonly #waiting = new Map<string, Set<Waiter>>()
  #isLooking = false
  #lookAgain = false
  #cancelLook: (() => void) | undefined

  constructor(parts: WaitersParts) {
    this.#parts = parts
  }

  wait(key: string, options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined }): Promise<void> {
    const { timeoutMs, signal } = options
    return new Promise<void>((resolve, reject) => {
      const end = (then: () => void): void => {
        this.#remove(key, waiter)
        cancelTimeout()
        signal?.removeEventListener('abort', waiter.wake)
        then()
      }
      const waiter: Waiter = { wake: () => end(resolve), fail: (error) => end(() => reject(error)) }
      const cancelTimeout = this.#parts.clock.after(timeoutMs, waiter.wake)
      signal?.addEventListener('abort', waiter.wake, { once: true })
      const waiters = this.#waiting.get(key) ?? new Set()
      this.#waiting.set(key, waiters.add(waiter))
      if (signal?.aborted === true) return waiter.wake()
      // It may have been given back between the question and now.
      void this.#look()
    })
  }

  wake(key: string): void {
    for (const waiter of [...(this.#waiting.get(key) ?? [])]) waiter.wake()
  }

  /** What is told may have been missed. */
  lookNow(): void {
    if (this.#waiting.size > 0) void this.#look()
  }

  close(): void {
    for (const key of [...this.#waiting.keys()]) this.wake(key)
  }

  async #look(): Promise<void> {
    this.#lookAgain = true
    if (this.#isLooking) return
    this.#isLooking = true
    this.#cancelLook?.()
    while (this.#lookAgain) {
      // All that begin to wait in this turn are asked for at once.
      await Promise.resolve()
      this.#lookAgain = false
      const asked = new Map([...this.#waiting].map(([key, waiters]) => [key, [...waiters]]))
      if (asked.size === 0) break
      try {
        const held = await this.#parts.held([...asked.keys()])
        for (const [key, waiters] of asked) if (!held.has(key)) for (const waiter of waiters) this.#end(key, waiter)
      } catch (error) {
        for (const [key, waiters] of asked) for (const waiter of waiters) this.#end(key, waiter, error)
      }
    }
    this.#isLooking = false
    if (this.#waiting.size > 0)
      this.#cancelLook = this.#parts.clock.after(this.#parts.lookMs(), () => void this.#look())
  }

  /** Unless it was told meanwhile. */
  #end(key: string, waiter: Waiter, error?: unknown): void {
    if (this.#waiting.get(key)?.has(waiter) !== true) return
    if (error === undefined) waiter.wake()
    else waiter.fail(error)
  }

  #remove(key: string, waiter: Waiter): void {
    const waiters = this.#waiting.get(key)
    waiters?.delete(waiter)
    if (waiters?.size === 0) this.#waiting.delete(key)
    if (this.#waiting.size === 0) this.#cancelLook?.()
  }
}
