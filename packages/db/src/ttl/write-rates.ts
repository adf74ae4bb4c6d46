/**
 * How often tables are written, learned from the invalidation log, where writes of all processes are: whether a tag was
 * invalidated since it was last looked at. So a rate is at most one write for each look, which is enough to know tables
 * that nobody writes from others.
 */
import type { Clock, Token } from '@hotpath/contract'

/** What is asked of the cache. */
export interface LogReader {
  /** The point of the log that is known. */
  position(): Token | undefined
  /** Whether nothing that it names was invalidated since. */
  isCurrent(token: Token, of: { readonly tags: readonly string[] }): boolean
}

interface Watched {
  token: Token
  readonly since: number
  changedAt: number | undefined
  changes: number
}

/** A table that was not written for so long is static. */
const QUIET_MS = 600_000
const MAX_TABLES = 5_000

/** Watches tables. */
export class WriteRates {
  readonly #log: LogReader
  readonly #clock: Clock
  readonly #tables = new Map<string, Watched>()

  constructor(log: LogReader, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  /** Looks at tables, and says whether none of them was written for ten minutes. */
  areStatic(tags: readonly string[]): boolean {
    const token = this.#log.position()
    if (token === undefined || tags.length === 0) return false
    const now = this.#clock.monotonic()
    let areStatic = true
    // Each is looked at, also when one is not static.
    for (const tag of tags) areStatic = this.#look(tag, token, now) && areStatic
    return areStatic
  }

  /** Writes a minute, as far as they were seen. */
  perMinute(tag: string): number {
    const watched = this.#tables.get(tag)
    if (watched === undefined) return 0
    return watched.changes / Math.max(1, (this.#clock.monotonic() - watched.since) / 60_000)
  }

  #look(tag: string, token: Token, now: number): boolean {
    const watched = this.#tables.get(tag)
    if (watched === undefined) {
      if (this.#tables.size >= MAX_TABLES) this.#tables.clear()
      this.#tables.set(tag, { token, since: now, changedAt: undefined, changes: 0 })
      return false
    }
    // Where the log has nothing new there is nothing to ask.
    if (watched.token !== token && !this.#log.isCurrent(watched.token, { tags: [tag] })) {
      watched.changedAt = now
      watched.changes++
    }
    watched.token = token
    return now - (watched.changedAt ?? watched.since) >= QUIET_MS
  }
}
