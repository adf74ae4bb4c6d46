/**
 * Decides which entries are gone. A miss alone proves nothing, as a tier may fail: an entry is gone when this process
 * misses it several times in a row, each time right after it found in the store what it had just written there.
 */
import type { Cache, Inspection } from '@hotpath/core'
import type { Gone, Kept } from './ledger.ts'
import { absoluteNow, pause } from './time.ts'

/** What deciding takes. */
export interface SuspectsParts {
  readonly cache: Cache
  /** Whether what is written now is found in the store. */
  isWell(): Promise<boolean>
  /** Whether an entry still has to be there as it was. */
  isKept(kept: Kept): boolean
  gone(gone: Gone): Promise<void>
  /** The store was away for too long to decide. */
  undecided(): void
}

interface Suspect {
  readonly kept: Kept
  readonly since: number
  misses: number
}

const MISSES = 3
const LOOK_MS = 300
/** How long a decision is waited for: a failover takes its time on a machine that has much else to do. */
const PATIENCE_MS = 60_000
const MAX_SUSPECTS = 50

export class Suspects {
  readonly #parts: SuspectsParts
  readonly #suspects = new Map<string, Suspect>()

  constructor(parts: SuspectsParts) {
    this.#parts = parts
  }

  /** A read missed it. */
  add(kept: Kept): void {
    if (this.#suspects.has(kept.key) || this.#suspects.size >= MAX_SUSPECTS) return
    this.#suspects.set(kept.key, { kept, since: performance.now(), misses: 0 })
  }

  /** Looks for those that were missed, while something is true. */
  async decideWhile(isGoingOn: () => boolean): Promise<void> {
    while (isGoingOn()) await this.#look(false)
  }

  /** Looks for all of these and those that were missed before, until each is found or gone. */
  async decide(all: Iterable<Kept>): Promise<void> {
    for (const kept of all) {
      if (!isThere(await this.#parts.cache.inspect(kept.key))) this.add(kept)
    }
    while (this.#suspects.size > 0) await this.#look(true)
  }

  /** @param isLast - Nothing goes wrong any more: an entry that cannot be decided about is gone. */
  async #look(isLast: boolean): Promise<void> {
    await pause(LOOK_MS)
    if (this.#suspects.size === 0) return
    const { cache, isWell, isKept, gone, undecided } = this.#parts
    const wasWell = await isWell()
    for (const [key, suspect] of this.#suspects) {
      const { kept, since } = suspect
      const found = await cache.inspect(key)
      if (isThere(found) || !isKept(kept)) {
        this.#suspects.delete(key)
        continue
      }
      suspect.misses = wasWell ? suspect.misses + 1 : 0
      const isUndecided = suspect.misses < MISSES
      if (isUndecided && performance.now() - since < PATIENCE_MS) continue
      this.#suspects.delete(key)
      const state = isUndecided ? `${found.state}, and nothing that is written is found` : found.state
      if (isUndecided && !isLast) undecided()
      else await gone({ key, version: kept.version, state, at: absoluteNow() })
    }
  }
}

function isThere({ state }: Inspection): boolean {
  return state === 'fresh' || state === 'stale'
}
