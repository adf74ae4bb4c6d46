/**
 * How often values of which size were recorded, in fixed memory: 32 buckets for each power of two, equally wide, so that a
 * percentile is off by at most 1.6 %. The bits of a double already have that form (its exponent and the first bits of its
 * mantissa are the number of the bucket), so a record costs no logarithm. Idea: HdrHistogram (Gil Tene).
 */
import { wrongOption } from '@hotpath/contract'

const BITS = 5
const PER_OCTAVE = 2 ** BITS
const OCTAVES = 38
const BUCKETS = OCTAVES * PER_OCTAVE
/** 61 ns and 4.7 hours, of milliseconds; what is smaller or larger counts in the first or the last bucket. */
const SMALLEST = 2 ** -14

const double = new Float64Array(1)
const halves = new Uint32Array(double.buffer)
double[0] = 1
/** Which half has the exponent: machines differ in the order of bytes. */
const HIGH = halves[1] === 0 ? 0 : 1
const FIRST = wholeBucketOf(SMALLEST)

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
   * The value that a share of all does not exceed, off by at most 1.6 %; 0 when nothing was recorded.
   *
   * @param ratio - From 0 to 1: 0.95 for the 95th percentile.
   * @throws ConfigError `ERR_CONFIG_OPTION` for what is no such number.
   */
  percentile(ratio: number): number
  /** Buckets that are not empty, ascending. */
  buckets(): HistogramBucket[]
}

/** Makes an empty histogram, of 10 kB. */
export function createHistogram(): Histogram {
  return new LogLinearHistogram()
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

class LogLinearHistogram implements Histogram {
  readonly #counts = new Float64Array(BUCKETS)
  count = 0
  sum = 0
  max = 0

  record(value: number): void {
    if (Number.isNaN(value)) return
    // Also of -0, whose bits are not those of 0.
    const positive = value > 0 ? value : 0
    this.#count(bucketOf(positive), 1)
    this.count++
    this.sum += positive
    if (positive > this.max) this.max = positive
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
    const buckets: HistogramBucket[] = []
    for (const [bucket, count] of this.#counts.entries()) if (count > 0) buckets.push({ upTo: endOf(bucket), count })
    return buckets
  }

  #count(bucket: number, times: number): void {
    this.#counts[bucket] = (this.#counts[bucket] as number) + times
  }
}

function wholeBucketOf(value: number): number {
  double[0] = value
  return (halves[HIGH] as number) >>> (20 - BITS)
}

function bucketOf(value: number): number {
  return Math.min(Math.max(wholeBucketOf(value) - FIRST, 0), BUCKETS - 1)
}

/** Where a bucket ends and the next one begins. */
function endOf(bucket: number): number {
  const octave = Math.floor((bucket + 1) / PER_OCTAVE)
  return SMALLEST * 2 ** octave * (1 + ((bucket + 1) % PER_OCTAVE) / PER_OCTAVE)
}

/** The middle of the bucket that ends there. */
function middleOf(upTo: number): number {
  // The end of a bucket is the beginning of the next one, so what is just below it is looked at.
  const octave = 2 ** Math.floor(Math.log2(upTo * (1 - Number.EPSILON)))
  return upTo - octave / PER_OCTAVE / 2
}
