/**
 * Writes whose outcome we do not know: the connection broke, or the driver gave up waiting. The server may go on with the
 * statement and commit it later, after what it changes was invalidated, so that a result that was read in between would be
 * kept with the old rows. So it is invalidated again when the server has ended the statement, which another connection
 * asks for; until then a result is stale for no longer than the time between two questions.
 */
import type { Clock } from '@hotpath/contract'
import type { Lender, Lent } from '../connections/lender.ts'
import { isRunning, serverProcess } from '../connections/server-process.ts'
import type { Dialect } from '../statement/index.ts'
import type { Changes } from './changes.ts'
import type { Invalidations } from './invalidations.ts'

/** What it works with. */
export interface LateWritesOptions {
  readonly clock: Clock
  readonly dialect: Dialect
  readonly lender: Lender
  readonly invalidations: Invalidations
}

const FIRST_MS = 50
const MAX_MS = 1_000
/** After so long without an end, a statement is left to its ttl. */
const GIVE_UP_MS = 3_600_000
/** The same where nobody can be asked: behind a pooler, and while the database is away. */
const GIVE_UP_UNSEEN_MS = 60_000

/** Follows them. */
export class LateWrites {
  readonly #of: LateWritesOptions
  /** What is followed, by what cancels its timer. */
  readonly #waiting = new Map<() => void, Changes>()
  #isClosed = false

  constructor(options: LateWritesOptions) {
    this.#of = options
  }

  /** Follows a write whose connection is closed. Embedded databases have ended what they report. */
  follow({ connection, profile }: Lent, changes: Changes): void {
    if (connection.isEmbedded || changes.isEmpty) return
    const process = serverProcess(connection, profile)
    const startedAt = this.#of.clock.monotonic()
    this.#later(FIRST_MS, { process, changes, startedAt, seenAt: startedAt })
  }

  /** Ends, and invalidates a last time: what the server does from here on is seen when a ttl ends. */
  async close(): Promise<void> {
    this.#isClosed = true
    const last = [...this.#waiting]
    this.#waiting.clear()
    for (const [cancel] of last) cancel()
    await Promise.allSettled(last.map(([, changes]) => this.#of.invalidations.append(changes)))
  }

  #later(delayMs: number, write: Followed): void {
    if (this.#isClosed) return
    const cancel = this.#of.clock.after(delayMs, () => {
      this.#waiting.delete(cancel)
      void this.#look(delayMs, write)
    })
    this.#waiting.set(cancel, write.changes)
  }

  async #look(delayMs: number, write: Followed): Promise<void> {
    const { clock, dialect, lender, invalidations } = this.#of
    const { process, changes, startedAt } = write
    const running = process === undefined ? undefined : await isRunning(lender, process, dialect)
    // Where nobody can be asked it may have ended by now.
    if (running !== true) await invalidations.append(changes).catch(() => {})
    if (running === false) return
    const now = clock.monotonic()
    const seenAt = running === true ? now : write.seenAt
    if (now - startedAt < GIVE_UP_MS && now - seenAt < GIVE_UP_UNSEEN_MS)
      this.#later(Math.min(2 * delayMs, MAX_MS), { ...write, seenAt })
  }
}

interface Followed {
  readonly process: number | undefined
  readonly changes: Changes
  readonly startedAt: number
  /** When it was last known to run. */
  readonly seenAt: number
}
