/** What an optimizer sees of its own work: statistics, events, and transactions that stay open. */
import { type Clock, DatabaseError } from '@hotpath/contract'
import type { QueryStats } from '../query-stats.ts'
import { QueryEvents } from './events.ts'
import { Statistics } from './statistics.ts'

/** What it is told. Times in milliseconds. */
export interface WatchOptions {
  readonly clock: Clock
  readonly slowMs: number
  readonly leakMs: number
  readonly maxFingerprints: number
}

/** Watches. */
export class Watch {
  readonly events: QueryEvents = new QueryEvents()
  readonly statistics: Statistics
  readonly #options: WatchOptions
  readonly #timers = new Set<() => void>()

  constructor(options: WatchOptions) {
    this.#options = options
    this.statistics = new Statistics(options.maxFingerprints)
  }

  /** Counts a statement, and reports it. */
  measure(stats: QueryStats, ranMs: number, isWrite: boolean): void {
    const { events, statistics } = this
    const { fingerprint, source, waitMs, rowCount, durationMs, tables } = stats
    statistics.record(stats, ranMs, isWrite)
    if (source === 'database' && ranMs >= this.#options.slowMs) {
      statistics.slow()
      events.emit({ type: 'slow-query', fingerprint, durationMs: ranMs, waitMs, rowCount, tables })
    }
    if (isWrite) {
      if (events.wants('write')) events.emit({ type: 'write', fingerprint, durationMs: ranMs, rowCount, tables })
    } else if (events.wants('query')) events.emit({ type: 'query', fingerprint, source, durationMs, rowCount })
  }

  /** Where the caller is, for `forLeak`. Asked before the first `await`, behind which the caller is not on the stack. */
  place(): string {
    return this.#options.leakMs === Number.POSITIVE_INFINITY
      ? ''
      : (new Error('The transaction was begun here:').stack ?? '')
  }

  /** Reports a transaction that stays open; the function that it returns ends that. */
  forLeak(stack: string): () => void {
    const { clock, leakMs } = this.#options
    if (leakMs === Number.POSITIVE_INFINITY) return () => {}
    const cancel = clock.after(leakMs, () => {
      this.#timers.delete(cancel)
      this.events.emit({ type: 'leak', heldMs: leakMs, stack })
    })
    this.#timers.add(cancel)
    return () => {
      cancel()
      this.#timers.delete(cancel)
    }
  }

  /** Reports what failed that no caller waits for. */
  fault(code: 'ERR_DB_SCHEMA' | 'ERR_LISTENER_THREW', message: string, cause: unknown): void {
    this.events.fault(new DatabaseError(code, message, { cause }))
  }

  /** Ends timers and listeners. */
  close(): void {
    for (const cancel of this.#timers) cancel()
    this.#timers.clear()
    this.events.clear()
  }
}
