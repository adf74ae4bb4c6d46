/**
 * Looks for new records for all caches of one pool: one small query, whatever the number of caches. It only wakes: what
 * is new is read from the table of records.
 */
import type { Run } from './run.ts'

/** What looking takes. */
export interface PollerParts {
  readonly run: Run
  readonly prefix: string
  readonly intervalMs: number
}

interface LogRow {
  readonly name: string
  readonly position: number | string
}

/** After a failure. */
const PAUSE_MS = 500

export class LogPoller {
  readonly #parts: PollerParts
  readonly #wakes = new Map<string, Set<() => void>>()
  readonly #positions = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #isLooking = false

  constructor(parts: PollerParts) {
    this.#parts = parts
  }

  /** Calls when something was appended to a log; answers with what ends it. */
  add(name: string, wake: () => void): () => void {
    const wakes = this.#wakes.get(name) ?? new Set()
    this.#wakes.set(name, wakes.add(wake))
    if (this.#timer === undefined && !this.#isLooking) this.#lookAfter(this.#parts.intervalMs)
    return () => {
      wakes.delete(wake)
      if (wakes.size > 0 || this.#wakes.get(name) !== wakes) return
      this.#wakes.delete(name)
      this.#positions.delete(name)
      if (this.#wakes.size > 0) return
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
  }

  #lookAfter(ms: number): void {
    this.#timer = setTimeout(() => void this.#look(), ms).unref()
  }

  async #look(): Promise<void> {
    this.#timer = undefined
    if (this.#wakes.size === 0) return
    this.#isLooking = true
    let pauseMs = this.#parts.intervalMs
    try {
      const { run, prefix } = this.#parts
      const sql = `SELECT name, position FROM ${prefix}_logs WHERE name IN (${[...this.#wakes].map(() => '?').join(', ')})`
      for (const { name, position } of await run.prepared<LogRow>(sql, [...this.#wakes.keys()])) {
        this.#found(name, String(position))
      }
    } catch {
      // Heartbeats tell of it.
      pauseMs = Math.max(pauseMs, PAUSE_MS)
    }
    this.#isLooking = false
    if (this.#wakes.size > 0) this.#lookAfter(pauseMs)
  }

  #found(name: string, position: string): void {
    if (this.#positions.get(name) === position) return
    const wakes = this.#wakes.get(name)
    if (wakes === undefined) return
    this.#positions.set(name, position)
    for (const wake of [...wakes]) wake()
  }
}
