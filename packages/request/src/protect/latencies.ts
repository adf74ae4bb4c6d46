/** The last durations of a function, and the one below which a given ratio of them lies. Bounded: the oldest goes. */
const KEPT = 128
/** Sorting costs more than most calls, and the answer changes slowly. */
const FRESH_FOR = 8

export class Latencies {
  readonly #durations: number[] = []
  #next = 0
  #count = 0
  #known: number | undefined
  #knownAt = 0

  get count(): number {
    return this.#count
  }

  add(durationMs: number): void {
    this.#durations[this.#next] = durationMs
    this.#next = (this.#next + 1) % KEPT
    this.#count++
  }

  percentile(ratio: number): number {
    if (this.#known === undefined || this.#count - this.#knownAt >= FRESH_FOR) {
      const sorted = this.#durations.toSorted((a, b) => a - b)
      this.#known = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * ratio))] ?? 0
      this.#knownAt = this.#count
    }
    return this.#known
  }
}
