/** What was counted, for each shape of a statement and for all. */
import { type Histogram, type LoadTimes, createHistogram, loadTimesOf } from '@hotpath/core/histogram'
import type { QueryStats } from '../query-stats.ts'

/** What was counted of one shape. Durations are milliseconds. */
export interface FingerprintStats {
  /** Shape of the statements. */
  readonly fingerprint: string
  /** How many were run. */
  readonly count: number
  /** How many of them the cache served. */
  readonly hits: number
  /** The share of them, 0 to 1. */
  readonly hitRate: number
  /** How long those took that the database served. */
  readonly database: LoadTimes
  /** How long the database took, for all of them together. */
  readonly spentMs: number
  /** Rows returned or changed. */
  readonly rows: number
  /** How long connections were waited for, together. */
  readonly waitMs: number
  /** What hits would have taken, by the mean of the others. */
  readonly savedMs: number
}

/** What was counted of all. */
export interface StatementCounts {
  /** Reads. */
  readonly reads: number
  /** Reads that a tier served, or a load in progress. */
  readonly hits: number
  /** The share of them, 0 to 1. */
  readonly hitRate: number
  /** Statements that may have changed something. */
  readonly writes: number
  /** Statements slower than `slowQuery`. */
  readonly slow: number
  /** Waits for connections. */
  readonly waits: LoadTimes
}

interface Counted {
  count: number
  hits: number
  rows: number
  waitMs: number
  readonly database: Histogram
}

/** Counts. */
export class Statistics {
  readonly #shapes = new Map<string, Counted>()
  readonly #maxShapes: number
  readonly #waits = createHistogram()
  #reads = 0
  #hits = 0
  #writes = 0
  #slow = 0

  constructor(maxShapes: number) {
    this.#maxShapes = maxShapes
  }

  /** @param ranMs - How long the database took, where it served the statement. */
  record({ fingerprint, source, waitMs, rowCount }: QueryStats, ranMs: number, isWrite: boolean): void {
    const counted = this.#of(fingerprint)
    counted.count++
    counted.rows += rowCount
    if (isWrite) this.#writes++
    else this.#reads++
    if (source !== 'database') {
      this.#hits++
      counted.hits++
      return
    }
    counted.waitMs += waitMs
    counted.database.record(ranMs)
    this.#waits.record(waitMs)
  }

  slow(): void {
    this.#slow++
  }

  counts(): StatementCounts {
    const hitRate = this.#reads === 0 ? 0 : this.#hits / this.#reads
    const waits = loadTimesOf(this.#waits)
    return { reads: this.#reads, hits: this.#hits, hitRate, writes: this.#writes, slow: this.#slow, waits }
  }

  /** Shapes, those first on which the database spent most time. */
  fingerprints(): FingerprintStats[] {
    const spent = [...this.#shapes].sort(([, one], [, other]) => other.database.sum - one.database.sum)
    return spent.map(([fingerprint, { count, hits, rows, waitMs, database }]) => ({
      fingerprint,
      count,
      hits,
      hitRate: hits / count,
      database: loadTimesOf(database),
      spentMs: database.sum,
      rows,
      waitMs,
      savedMs: database.count === 0 ? 0 : (hits * database.sum) / database.count,
    }))
  }

  /** The shapes that were run most are kept. */
  #of(fingerprint: string): Counted {
    const known = this.#shapes.get(fingerprint)
    if (known !== undefined) return known
    if (this.#shapes.size >= this.#maxShapes) {
      let least: string | undefined
      let leastCount = Number.POSITIVE_INFINITY
      for (const [shape, { count }] of this.#shapes) {
        if (count >= leastCount) continue
        least = shape
        leastCount = count
      }
      if (least !== undefined) this.#shapes.delete(least)
    }
    const counted: Counted = { count: 0, hits: 0, rows: 0, waitMs: 0, database: createHistogram() }
    this.#shapes.set(fingerprint, counted)
    return counted
  }
}
