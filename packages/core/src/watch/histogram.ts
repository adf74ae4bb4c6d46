/**
 * How often values of which size were recorded, in bounded memory: 32 buckets for each power of two, each wider than the one
 * before by the same factor, so that a percentile is off by at most 1.1 %. Idea: DDSketch (Masson, Rim and Lee, VLDB 2019).
 */
import { wrongOption } from '@hotpath/contract'

const PER_OCTAVE = 32
/** 61 ns and 4.7 hours, of milliseconds; what is smaller or larger counts in the first or the last bucket. */
const FIRST = -14 * PER_OCTAVE
const LAST = 24 * PER_OCTAVE - 1

/** Values of one bucket. */
export interface HistogramBucket {
  /** No value in it is larger. */
  readonly upTo: number
  /** How many there are. */
  readonly count: number
}

/**
 * How often values of which size were recorded: durations in milliseconds, or other numbers from 0.00006 to 16,000,000.
 *
 * @example
 * ```ts
 * import { createHistogram } from '@hotpath/core/histogram'
 *
 * const times = createHistogram()
 * for (let ms = 1; ms <= 1_000; ms++) times.record(ms)
 * console.log(times.count, times.sum, times.max) // 1000 500500 1000
 * console.log(Math.abs(times.percentile(0.95) / 950 - 1) < 0.02) // true
 * ```
 */
export interface Histogram {
  /** How many values were recorded. */
  readonly count: number
  /** What they add up to. */
  readonly sum: number
  /** The largest; 0 when there is none. */
  readonly max: number
  /** Counts a value. Negative ones count as 0, and NaN is left out. */
  record(value: number): void
  /** Adds what another one counted: of another process, or another minute. */
  add(other: Histogram): void
  /**
   * The value that a share of all does not exceed, off by at most 1.1 %; 0 when nothing was recorded.
   *
   * @param ratio - From 0 to 1: 0.95 for the 95th percentile.
   * @throws ConfigError `ERR_CONFIG_OPTION` for what is no such number.
   */
  percentile(ratio: number): number
  /** Buckets that are not empty, ascending. */
  buckets(): HistogramBucket[]
}

/** Makes an empty histogram, of at most 1,216 buckets. */
export function createHistogram(): Histogram {
  return new LogHistogram()
}

/** Percentiles of load times, in milliseconds. */
export interface LoadTimes {
  /** How many. */ readonly count: number
  /** Median. */ readonly p50: number
  /** 95th percentile. */ readonly p95: number
  /** 99th percentile. */ readonly p99: number
  /** Longest. */ readonly max: number
}

/** Percentiles of what was recorded. */
export function loadTimesOf(times: Histogram): LoadTimes {
  return {
    count: times.count,
    p50: times.percentile(0.5),
    p95: times.percentile(0.95),
    p99: times.percentile(0.99),
    max: times.max,
  }
}

class LogHistogram implements Histogram {
  readonly #counts = new Map<number, number>()
  count = 0
  sum = 0
  max = 0

  record(value: number): void {
    if (Number.isNaN(value)) return
    const positive = Math.max(value, 0)
    this.#count(bucketOf(positive), 1)
    this.count++
    this.sum += positive
    this.max = Math.max(this.max, positive)
  }

  add(other: Histogram): void {
    for (const { upTo, count } of other.buckets()) this.#count(bucketOf(middleOf(upTo)), count)
    this.count += other.count
    this.sum += other.sum
    this.max = Math.max(this.max, other.max)
  }

  percentile(ratio: number): number {
    if (!(ratio >= 0 && ratio <= 1))
      throw wrongOption('ratio', 'a number from 0 to 1', ratio, 'Use for example 0.95 for the 95th percentile.')
    const rank = Math.max(1, Math.ceil(this.count * ratio))
    let seen = 0
    for (const { upTo, count } of this.buckets()) {
      seen += count
      if (seen >= rank) return Math.min(this.max, middleOf(upTo))
    }
    return 0
  }

  buckets(): HistogramBucket[] {
    const ascending = [...this.#counts].sort(([one], [other]) => one - other)
    return ascending.map(([bucket, count]) => ({ upTo: 2 ** ((bucket + 1) / PER_OCTAVE), count }))
  }

  #count(bucket: number, times: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + times)
  }
}

function bucketOf(value: number): number {
  return Math.min(Math.max(Math.floor(Math.log2(value) * PER_OCTAVE), FIRST), LAST)
}

/** The middle of the bucket that ends there. */
function middleOf(upTo: number): number {
  return upTo * 2 ** (-1 / PER_OCTAVE / 2)
}
