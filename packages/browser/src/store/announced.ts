/**
 * Values that a `set` has announced in the log, and that are on their way into the database: a read waits a moment for them. A
 * load in place of that would take what the `set` has changed for outdated, and store what was there before.
 */
import type { Clock, Entry, LogRecord, Mark } from '@hotpath/contract'
import type { Lifecycle } from '@hotpath/web'
import { inNextTask } from './next-task.ts'

/** How long a value may take from when this tab heard of it: a tab that has much to do, or is gone, is not waited for. */
const PATIENCE_MS = 150
/** The first wait until it is looked for again; each is twice as long as the one before, up to the longest. */
const FIRST_WAIT_MS = 4
const LONGEST_WAIT_MS = 32
/** Of more values at once the first are not waited for. */
const MAX_KEYS = 100

type Entries = readonly (Entry | undefined)[]
type Read = (keys: readonly string[]) => Promise<Entries>

interface Announcement extends Mark {
  /** On the clock's own timeline. */
  readonly until: number
}

export class Announced {
  readonly #clock: Clock
  readonly #lifecycle: Pick<Lifecycle, 'state'>
  readonly #patienceMs: number
  readonly #byKey = new Map<string, Announcement>()
  /** End the waits. */
  readonly #ends = new Set<() => void>()

  /** @param readMs - How long a read may take: one that waits for longer would count as a fault. */
  constructor(clock: Clock, lifecycle: Pick<Lifecycle, 'state'>, readMs: number = Number.POSITIVE_INFINITY) {
    this.#clock = clock
    this.#lifecycle = lifecycle
    this.#patienceMs = Math.min(PATIENCE_MS, readMs / 2)
  }

  /** Takes in what the log says, in its order. */
  heard({ scope, epoch, position, valueFollows }: LogRecord): void {
    if (scope.type !== 'key') return
    const { key } = scope
    this.#byKey.delete(key)
    if (valueFollows !== true) return
    this.#byKey.set(key, { epoch, position, until: this.#clock.monotonic() + this.#patienceMs })
    if (this.#byKey.size <= MAX_KEYS) return
    for (const [first] of this.#byKey) return void this.#byKey.delete(first)
  }

  /** Whether an entry is what others wait for: from now on nobody here does. */
  isArrival(key: string, entry: Entry): boolean {
    return this.#byKey.size > 0 && this.#byKey.has(key) && !this.#isAwaited(key, entry)
  }

  /** Reads, and reads those again that are on their way, as long as they are. */
  async whenThere(keys: readonly string[], read: Read, waitMs: number = FIRST_WAIT_MS): Promise<Entries> {
    const entries = await read(keys)
    const late = this.#byKey.size === 0 ? [] : keys.filter((key, at) => this.#isAwaited(key, entries[at]))
    if (late.length === 0) return entries
    await this.#moment(waitMs)
    const found = await this.whenThere(late, read, Math.min(LONGEST_WAIT_MS, 2 * waitMs))
    // They are in the same order.
    let next = 0
    return entries.map((entry, at) => (late[next] === keys[at] ? found[next++] : entry))
  }

  /** Nobody waits any more. */
  close(): void {
    this.#byKey.clear()
    for (const end of this.#ends) end()
  }

  /** Timers of a hidden page are held back for a second. */
  #moment(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#lifecycle.state !== 'visible') return inNextTask(resolve)
      const end = (): void => {
        cancel()
        this.#ends.delete(end)
        resolve()
      }
      const cancel = this.#clock.after(ms, end)
      this.#ends.add(end)
    })
  }

  #isAwaited(key: string, entry: Entry | undefined): boolean {
    const announced = this.#byKey.get(key)
    if (announced === undefined) return false
    const { epoch, position, until } = announced
    const isThere = entry?.epoch === epoch && entry.asOf >= position
    if (!isThere && this.#clock.monotonic() < until) return true
    this.#byKey.delete(key)
    return false
  }
}
