/**
 * Faults of what may be away for long, a tier or the log: the first of a kind is emitted at once, those that follow are
 * counted and emitted together now and then, and the end is an event, too. Bounded: there are few sources and kinds.
 */
import type { HotpathError } from '@hotpath/contract'
import type { Events } from './events.ts'

/** How long faults of one kind are counted before the next event. */
const REPEAT_MS = 30_000

/** What a source has failed with since it last worked. */
interface Failing {
  readonly since: number
  readonly tier: string | undefined
  readonly kinds: Map<string, { emittedAt: number; uncounted: number }>
  faults: number
}

export class Faults {
  readonly #events: Events
  readonly #elapsed: () => number
  readonly #failing = new Map<string, Failing>()

  /** @param elapsed - Now on the cache's timeline. */
  constructor(events: Events, elapsed: () => number) {
    this.#events = events
    this.#elapsed = elapsed
  }

  /** @param source - What failed: a tier, its leases, the log. */
  report(source: string, error: HotpathError, tier?: string): void {
    const now = this.#elapsed()
    const failing = this.#failing.get(source) ?? { since: now, tier, kinds: new Map(), faults: 0 }
    this.#failing.set(source, failing)
    failing.faults++
    const kind = failing.kinds.get(error.code)
    if (kind !== undefined && now - kind.emittedAt < REPEAT_MS) {
      kind.uncounted++
      return
    }
    failing.kinds.set(error.code, { emittedAt: now, uncounted: 0 })
    this.#events.emit({ type: 'fault', error, tier, count: (kind?.uncounted ?? 0) + 1 })
  }

  /** The source works again. */
  recovered(source: string): void {
    const failing = this.#failing.get(source)
    if (failing === undefined) return
    this.#failing.delete(source)
    const { tier, faults, since } = failing
    if (this.#events.wants('recover'))
      this.#events.emit({ type: 'recover', tier, faults, durationMs: this.#elapsed() - since })
  }
}
