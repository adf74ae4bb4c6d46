/**
 * The positions of a log, with the soft records that become hard after a time (`forMs`).
 *
 * Invariant: from when its time is over, and not later, a record outdates what it matches and was loaded before it. The
 * time begins when the record arrives here, so no clocks are compared. Where there are too many, or one scope is named
 * again and again, a record becomes hard sooner: a miss, never a value that is staler than was asked for.
 *
 * Cost: nothing for a log that has no such record; else one look at the time per judgement.
 */
import type { Invalidation, LogPositions, Mark } from '@hotpath/contract'

/** A soft record that waits for its time. */
interface Waiting {
  readonly id: string
  /** Of the latest record that it is for. */
  record: Invalidation & Mark
  readonly dueAt: number
}

/** Beyond it the next that is due becomes hard at once. */
const MAX_WAITING = /* bound: timed */ 10_000
/** What comes this part of its time after another of its scope does not wait by itself. */
const SAME_TIME = 1 / 8

export class TimedPositions {
  /** What entries are judged by. */
  readonly all: LogPositions
  readonly #elapsed: () => number
  /** The next that is due comes first. */
  readonly #waiting: Waiting[] = []
  /** By scope, the last one that was added. */
  readonly #latest = new Map<string, Waiting>()
  #dueAt = Number.POSITIVE_INFINITY

  /** @param elapsed - Now on the cache's timeline. */
  constructor(positions: LogPositions, elapsed: () => number) {
    this.all = positions
    this.#elapsed = elapsed
  }

  raise(record: Invalidation & Mark): void {
    const { forMs } = record
    if (forMs === undefined) return this.all.raise(record)
    this.all.raise({ ...record, forMs: undefined })
    /* rule: soft-for-a-time */
    this.#wait(record, forMs)
  }

  /** Whether a soft record is due to become hard. */
  isDue(): boolean {
    return this.#dueAt < Number.POSITIVE_INFINITY && this.#elapsed() >= this.#dueAt
  }

  /**
   * Makes hard what is due. Returns whether anything was: then entries may be judged otherwise than before. For loads in
   * progress nothing has changed, as the record came when it was soft.
   */
  settle(): boolean {
    if (!this.isDue()) return false
    const now = this.#elapsed()
    const later = this.#waiting.findIndex(
      ({ dueAt }, index) => dueAt > now && this.#waiting.length - index <= MAX_WAITING,
    )
    for (const one of this.#waiting.splice(0, later === -1 ? this.#waiting.length : later)) {
      if (this.#latest.get(one.id) === one) this.#latest.delete(one.id)
      this.all.raise({ ...one.record, strength: 'hard', forMs: undefined })
    }
    this.#dueAt = this.#waiting[0]?.dueAt ?? Number.POSITIVE_INFINITY
    return true
  }

  #wait(record: Invalidation & Mark, forMs: number): void {
    const id = JSON.stringify(record.scope)
    const dueAt = this.#elapsed() + forMs
    const before = this.#latest.get(id)
    if (before !== undefined && before.dueAt <= dueAt && before.dueAt > dueAt - forMs * SAME_TIME) {
      if (before.record.position < record.position) before.record = record
      return
    }
    const one: Waiting = { id, record, dueAt }
    this.#latest.set(id, one)
    const place = this.#waiting.findLastIndex((other) => other.dueAt <= dueAt) + 1
    this.#waiting.splice(place, 0, one)
    this.#dueAt = this.#waiting.length > MAX_WAITING ? Number.NEGATIVE_INFINITY : (this.#waiting[0]?.dueAt ?? dueAt)
  }
}
