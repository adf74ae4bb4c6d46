/**
 * Hands the records of a log on to the followers of this tab, in order.
 *
 * The cursor is where all followers are. What cannot be handed on without a gap (another epoch, records that were dropped,
 * a page that was away) interrupts them, so that they begin anew.
 */
import type { Clock, Invalidation, LogFollower, LogRecord, LogSubscription, Mark } from '@hotpath/contract'
import type { Heard } from './handed-on.ts'
import type { Appended, LogStore, ReadRecords } from './log-store.ts'

/** What another tab says is compared with the log so much later: what it makes the page load comes first. */
const CONFIRM_MS = 50

/** What is done with what a tab hears of its log, beside its followers. */
export interface HeardListener {
  /** Called with each record, before followers are. */
  readonly record?: ((record: LogRecord) => void) | undefined
  /** Called with where the followers are, whenever they get on. */
  readonly reached?: ((mark: Mark) => void) | undefined
}

/** Reads a log for its followers. */
export class LogReader {
  readonly #store: Pick<LogStore, 'head' | 'recordsAfter'>
  readonly #clock: Clock
  readonly #followers = new Set<LogFollower>()
  #cursor: Mark | undefined
  readonly #heard: HeardListener
  /** Grows whenever what was read before may be too old to begin with. */
  #interruptions = 0
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  #cancelConfirming: (() => void) | undefined

  constructor(store: Pick<LogStore, 'head' | 'recordsAfter'>, clock: Clock, heard: HeardListener = {}) {
    this.#store = store
    this.#clock = clock
    this.#heard = heard
  }

  /** Adds a follower, which gets every record after the point that this resolves to. */
  async follow(follower: LogFollower): Promise<LogSubscription> {
    for (;;) {
      const before = this.#interruptions
      await this.look()
      const from = this.#cursor
      if (from === undefined || before !== this.#interruptions) continue
      this.#followers.add(follower)
      return { from, stop: () => void this.#followers.delete(follower) }
    }
  }

  /** Reads what is new. Resolves when a read that began after the call has ended. */
  look(): Promise<void> {
    if (this.#running === undefined) return (this.#running = this.#read())
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined
        return this.look()
      })
    return this.#next
  }

  /** Hands on what this tab has appended, where it follows on; what was in between is read. */
  appended({ before, head }: Appended, invalidations: readonly Invalidation[]): void {
    const isNext = this.#cursor?.epoch === before.epoch && this.#cursor.position === before.position
    if (!isNext) return this.reached(head)
    const at = (index: number): number => before.position + index
    this.#deliver(
      invalidations.map((invalidation, index) => ({
        ...invalidation,
        epoch: head.epoch,
        position: at(index + 1),
        previous: at(index),
      })),
    )
  }

  /** Reads what is new in the background. */
  wake(): void {
    if (this.#followers.size > 0) this.look().catch((cause: unknown) => this.interrupt(cause))
  }

  /** Takes in what another tab says it has appended. Any script of the origin may say so: the log has it, or all begins anew. */
  heard({ records, ...appended }: Heard): void {
    this.appended(appended, records)
    // A read that is under way goes on until it has seen that, too.
    if (this.#running !== undefined) return
    this.#cancelConfirming ??= this.#clock.after(CONFIRM_MS, () => {
      this.#cancelConfirming = undefined
      this.wake()
    })
  }

  /** Takes in where the log is: its followers get there, whatever should have woken this tab. */
  reached({ epoch, position }: Mark): void {
    if (this.#cursor?.epoch !== epoch || this.#cursor.position < position) this.wake()
  }

  /** Records may have been missed. */
  interrupt(cause: unknown): void {
    this.#interruptions++
    this.#cursor = undefined
    const followers = [...this.#followers]
    this.#followers.clear()
    for (const follower of followers) interrupt(follower, cause)
  }

  /** From now on nobody is told anything. */
  close(): void {
    this.#cancelConfirming?.()
    this.#followers.clear()
  }

  async #read(): Promise<void> {
    try {
      let isAtEnd = false
      while (!isAtEnd) {
        const before = this.#interruptions
        const from = this.#followers.size === 0 ? undefined : this.#cursor
        const read =
          from === undefined
            ? { head: await this.#store.head(), records: [] }
            : await this.#store.recordsAfter(from.position)
        isAtEnd = before === this.#interruptions && this.#take(from, read)
      }
    } finally {
      this.#running = undefined
    }
  }

  /** Takes in what was read after a mark; `true` where the followers are at the end of the log, and not ahead of it. */
  #take(from: Mark | undefined, { head, records }: ReadRecords): boolean {
    if (from === undefined) {
      // A follower that has come meanwhile gets what comes after its point.
      if (this.#followers.size > 0) return false
      this.#cursor = { epoch: head.epoch, position: head.position }
      this.#heard.reached?.(head)
      return true
    }
    if (head.epoch !== from.epoch || head.position < from.position || head.droppedTo > this.#positionIn(from.epoch)) {
      this.interrupt(new Error('records of the log were lost or dropped'))
      return false
    }
    this.#deliver(records)
    return this.#positionIn(head.epoch) === head.position
  }

  #deliver(records: readonly LogRecord[]): void {
    for (const record of records) {
      // This tab may have appended meanwhile.
      if (record.position <= this.#positionIn(record.epoch)) continue
      this.#cursor = { epoch: record.epoch, position: record.position }
      this.#heard.record?.(record)
      for (const follower of [...this.#followers]) tell(follower, record)
    }
    // Once for all of them: there may be a thousand.
    if (this.#cursor !== undefined) this.#heard.reached?.(this.#cursor)
  }

  #positionIn(epoch: string): number {
    return this.#cursor?.epoch === epoch ? this.#cursor.position : 0
  }
}

/** One follower's fault is not another's: it may have missed the record, and begins anew. */
function tell(follower: LogFollower, record: LogRecord): void {
  try {
    follower.record(record)
  } catch (error) {
    interrupt(follower, error)
  }
}

function interrupt(follower: LogFollower, cause: unknown): void {
  try {
    follower.interrupted(cause)
  } catch {
    // A follower that fails twice has no way left to hear of it.
  }
}
