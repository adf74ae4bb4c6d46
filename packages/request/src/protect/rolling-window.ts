/**
 * Counts of the last while, in a ring of buckets: bounded, and O(1) for each call. What is older than the window goes
 * bucket by bucket, so the window is exact to a tenth of its length. Pure: time is given.
 */
const BUCKETS = 10

export class RollingWindow {
  readonly #bucketMs: number
  readonly #calls: number[] = new Array<number>(BUCKETS).fill(0)
  readonly #failures: number[] = new Array<number>(BUCKETS).fill(0)
  /** Number of the newest bucket, counted from the beginning of time. */
  #newest = 0

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / BUCKETS
  }

  add(now: number, hasFailed: boolean): void {
    const index = this.#advance(now)
    this.#calls[index] = (this.#calls[index] ?? 0) + 1
    if (hasFailed) this.#failures[index] = (this.#failures[index] ?? 0) + 1
  }

  /** Calls of the window, and how many of them failed. */
  counts(now: number): { readonly calls: number; readonly failures: number } {
    this.#advance(now)
    return { calls: sum(this.#calls), failures: sum(this.#failures) }
  }

  clear(): void {
    this.#calls.fill(0)
    this.#failures.fill(0)
  }

  #advance(now: number): number {
    const number = Math.floor(now / this.#bucketMs)
    // After a long pause one turn of the ring empties it.
    const from = Math.max(this.#newest + 1, number - BUCKETS + 1)
    for (let passed = from; passed <= number; passed++) {
      this.#calls[passed % BUCKETS] = 0
      this.#failures[passed % BUCKETS] = 0
    }
    this.#newest = Math.max(this.#newest, number)
    return this.#newest % BUCKETS
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
