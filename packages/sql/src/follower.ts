/**
 * Reads new records of one log when told that there may be some, and every now and then. Records are read from a
 * cursor, so a broken connection loses nothing; what was trimmed shows as a gap to who listens.
 */
import type { Clock, LogFollower } from '@hotpath/contract'
import type { LogTable } from './backend.ts'

/** What following takes. */
export interface FollowerParts {
  readonly table: LogTable
  readonly listener: LogFollower
  readonly clock: Clock
  readonly pollMs: () => number
  /** Position of the last record that is known. */
  readonly after: number
}

/** After a failure: a server that is down is not asked many times a second. */
const PAUSE_MS = 500

export class Follower {
  readonly #parts: FollowerParts
  readonly #unsubscribe: () => void
  #cursor: number
  #cancelTimer: (() => void) | undefined
  #isReading = false
  #readAgain = false
  #stopped = false

  constructor(parts: FollowerParts) {
    this.#parts = parts
    this.#cursor = parts.after
    this.#unsubscribe = parts.table.onAppend(() => void this.#read())
    // What came between the head that is followed from and now was told of to nobody.
    void this.#read()
  }

  /** Idempotent. */
  stop(): void {
    this.#stopped = true
    this.#unsubscribe()
    this.#cancelTimer?.()
  }

  async #read(): Promise<void> {
    if (this.#stopped) return
    this.#readAgain = true
    if (this.#isReading) return
    this.#isReading = true
    this.#cancelTimer?.()
    let pauseMs = 0
    while (this.#readAgain && !this.#isStopped()) {
      this.#readAgain = false
      try {
        await this.#deliver()
        pauseMs = 0
      } catch {
        // No loss: the cursor stays where it is, and heartbeats report it.
        pauseMs = PAUSE_MS
      }
    }
    this.#isReading = false
    if (this.#isStopped()) return
    this.#cancelTimer = this.#parts.clock.after(Math.max(this.#parts.pollMs(), pauseMs), () => void this.#read())
  }

  /** Not a property, which the compiler would take for unchanged by what is awaited. */
  #isStopped(): boolean {
    return this.#stopped
  }

  async #deliver(): Promise<void> {
    const records = await this.#parts.table.recordsAfter(this.#cursor)
    for (const record of records) {
      if (this.#stopped) return
      this.#cursor = record.position
      try {
        this.#parts.listener.record(record)
      } catch (error) {
        // Who failed may have missed it, and must look again.
        this.#parts.listener.interrupted(error)
      }
    }
    if (records.length > 0) this.#readAgain = true
  }
}
