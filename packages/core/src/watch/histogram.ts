/**
 * Durations in buckets that grow by a twelfth of an octave, so that a percentile is off by at most 6 %. Fixed memory,
 * one logarithm per record. Idea: HdrHistogram (Gil Tene), with logarithmic instead of linear sub-buckets.
 */
const PER_OCTAVE = 12
const MIN_MS = 0.001
const BUCKETS = 36 * PER_OCTAVE

/** Percentiles of load times, in milliseconds. */
export interface LoadTimes {
  /** How many. */ readonly count: number
  /** Median. */ readonly p50: number
  /** 95th percentile. */ readonly p95: number
  /** 99th percentile. */ readonly p99: number
  /** Longest. */ readonly max: number
}

export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS)
  #count = 0
  #max = 0

  record(durationMs: number): void {
    const bucket = Math.ceil(Math.log2(Math.max(durationMs, MIN_MS) / MIN_MS) * PER_OCTAVE)
    const index = Math.min(bucket, BUCKETS - 1)
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#count++
    this.#max = Math.max(this.#max, durationMs)
  }

  add(other: Histogram): void {
    for (const [bucket, count] of other.#counts.entries()) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count
    this.#count += other.#count
    this.#max = Math.max(this.#max, other.#max)
  }

  snapshot(): LoadTimes {
    return {
      count: this.#count,
      p50: this.#percentile(0.5),
      p95: this.#percentile(0.95),
      p99: this.#percentile(0.99),
      max: this.#max,
    }
  }

  #percentile(ratio: number): number {
    const rank = Math.ceil(this.#count * ratio)
    let seen = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] ?? 0
      if (seen >= rank && rank > 0) return Math.min(this.#max, MIN_MS * 2 ** (bucket / PER_OCTAVE))
    }
    return 0
  }
}
