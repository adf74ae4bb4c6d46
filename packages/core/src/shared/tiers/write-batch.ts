/**
 * Writes of one tier that come in one turn of the event loop go out together: each by itself would be a command and a
 * reply of its own. The first goes out at once, so that a single one loses no time; what comes before the turn ends goes
 * out then, of each key the last.
 */
import type { Clock, Entry, Mark } from '@hotpath/contract'

/** Entries to store, by key. */
type Entries = readonly (readonly [key: string, entry: Entry])[]

/** Keys to remove, see `TierStore.delete`. */
export type Removal = readonly [keys: readonly string[], below: Mark | undefined]

/** Stores and removes. Never rejects. */
type Send = (entries: Entries, removals: readonly Removal[]) => Promise<void>

interface Batch {
  /** `undefined`: nothing is to be there. */
  readonly wanted: Map<string, Entry | undefined>
  /** In the order of the calls; those of one append have one mark, and come together. */
  readonly removals: (readonly [keys: string[], below: Mark | undefined])[]
  readonly done: Promise<void>
  readonly settle: (sent: Promise<void>) => void
}

export class WriteBatch {
  readonly #clock: Clock
  readonly #send: Send
  /** Whether this turn has had its first write. */
  #isGathering = false
  #waiting: Batch | undefined

  constructor(clock: Clock, send: Send) {
    this.#clock = clock
    this.#send = send
  }

  /** Resolves when it has been tried. */
  set(entries: Entries): Promise<void> {
    const batch = this.#batch()
    if (batch === undefined) return this.#send(entries, [])
    for (const [key, entry] of entries) batch.wanted.set(key, entry)
    return batch.done
  }

  /** Resolves when it has been tried. */
  delete(keys: readonly string[], below?: Mark): Promise<void> {
    const batch = this.#batch()
    if (batch === undefined) return this.#send([], [[keys, below]])
    const { wanted, removals } = batch
    if (removals.at(-1)?.[1] !== below || removals.length === 0) removals.push([[], below])
    for (const key of keys) {
      wanted.set(key, undefined)
      removals.at(-1)?.[0].push(key)
    }
    return batch.done
  }

  /** Whether one of these keys is to be written when the turn ends. */
  concerns(keys: readonly string[]): boolean {
    const wanted = this.#waiting?.wanted
    return wanted !== undefined && keys.some((key) => wanted.has(key))
  }

  /** What waits goes out now. */
  flush(): void {
    const batch = this.#waiting
    if (batch === undefined) return
    this.#waiting = undefined
    const { wanted, removals, settle } = batch
    const entries = [...wanted].filter((one): one is [string, Entry] => one[1] !== undefined)
    const isGone = (key: string): boolean => wanted.get(key) === undefined
    const left = removals.map(([keys, below]): Removal => [keys.filter(isGone), below])
    const some = left.filter(([keys]) => keys.length > 0)
    settle(this.#send(entries, some))
  }

  /** Where a write waits; `undefined` for the first of a turn. */
  #batch(): Batch | undefined {
    if (this.#isGathering) return (this.#waiting ??= newBatch())
    this.#isGathering = true
    const end = (): void => {
      this.#isGathering = false
      this.flush()
    }
    if (this.#clock.endOfTurn === undefined) queueMicrotask(end)
    else this.#clock.endOfTurn(end)
    return undefined
  }
}

function newBatch(): Batch {
  let settle!: Batch['settle']
  const done = new Promise<void>((resolve) => {
    settle = resolve
  })
  return { wanted: new Map(), removals: [], done, settle }
}
