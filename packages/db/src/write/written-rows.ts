/**
 * How many rows of each table are written by key. Where that are many, a tag for each would fill the log and the views of
 * it in all processes, so that writes to such a table invalidate all of its rows for a while. Each process decides for
 * itself: a read by key carries the tag of its row and that of all rows.
 */
import type { Clock } from '@hotpath/contract'

/**
 * Rows of a table that may be written within a second. Logs know the exact positions of some 50,000 keys and tags, so
 * those of the last minute; reads that come more often than that gain by tags of rows (`pnpm bench db`, the load).
 */
const MAX_ROWS = 1_000
const WINDOW_MS = 1_000
/** For so long a table stays without tags of rows. */
const REST_MS = 10_000
const MAX_TABLES = 5_000

interface Written {
  readonly keys: Set<string>
  startedAt: number
  /** Its rows have no tags of their own before this time. */
  restsUntil: number
}

/** Counts them. */
export class WrittenRows {
  readonly #clock: Clock
  readonly #tables = new Map<string, Written>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Notes a write of rows, and says whether their own tags are invalidated, or all rows of the table. */
  note(table: string, keys: readonly string[]): boolean {
    const now = this.#clock.monotonic()
    const written = this.#of(table, now)
    if (now < written.restsUntil) return false
    if (now - written.startedAt >= WINDOW_MS) {
      written.keys.clear()
      written.startedAt = now
    }
    for (const key of keys) written.keys.add(key)
    if (written.keys.size <= MAX_ROWS) return true
    written.keys.clear()
    written.restsUntil = now + REST_MS
    return false
  }

  #of(table: string, now: number): Written {
    const known = this.#tables.get(table)
    if (known !== undefined) return known
    if (this.#tables.size >= MAX_TABLES) this.#tables.clear()
    const written: Written = { keys: new Set(), startedAt: now, restsUntil: Number.NEGATIVE_INFINITY }
    this.#tables.set(table, written)
    return written
  }
}
