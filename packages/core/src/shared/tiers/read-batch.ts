/**
 * Reads of one tier that come together go out together, and who asks for the same key shares the answer. A read waits
 * for the end of the microtasks when nothing is under way, so that a single one goes out at once; while answers are
 * under way it waits for the end of the event loop's turn, which gathers all that the last answers set free.
 */
import type { Clock, Entry, TierStore } from '@hotpath/contract'

/** In the order of the keys; `undefined` when nothing can be had. */
type Answers = readonly (Entry | undefined)[] | undefined

/** What a batch asks. Never rejects. */
type Ask = (keys: readonly string[]) => Promise<Answers>

interface Batch {
  readonly keys: string[]
  /** One promise for all who wait: one for each of them would be the most expensive part of a read. */
  readonly answers: Promise<Answers>
  readonly settle: (answers: Answers) => void
}

/** Where the answer to a read will be. */
export interface PendingEntry {
  /** Of the batch. Never rejects. */
  readonly answers: Promise<Answers>
  /** Of the entry in them. */
  readonly index: number
}

export class ReadBatch {
  readonly #clock: Clock
  readonly #ask: Ask
  readonly #store: Pick<TierStore, 'groupOf' | 'maxBatch'>
  #batched = new Map<string, PendingEntry>()
  /** The last batch of each group. */
  #open = new Map<number, Batch>()
  #waiting: Batch[] = []
  #underWay = 0

  constructor(clock: Clock, ask: Ask, store: Pick<TierStore, 'groupOf' | 'maxBatch'>) {
    this.#clock = clock
    this.#ask = ask
    this.#store = store
  }

  /** Reads a key. Its caller goes on with the answers of the batch, as a promise for each key would cost as much again. */
  get(key: string): PendingEntry {
    const batched = this.#batched.get(key)
    if (batched !== undefined) return batched
    if (this.#waiting.length === 0) this.#schedule()
    const { keys, answers } = this.#batchOf(this.#store.groupOf?.(key) ?? 0)
    const pending = { answers, index: keys.push(key) - 1 }
    this.#batched.set(key, pending)
    return pending
  }

  #batchOf(group: number): Batch {
    const last = this.#open.get(group)
    if (last !== undefined && last.keys.length < (this.#store.maxBatch ?? Number.POSITIVE_INFINITY)) return last
    let settle!: Batch['settle']
    const answers = new Promise<Answers>((resolve) => {
      settle = resolve
    })
    const batch: Batch = { keys: [], answers, settle }
    this.#open.set(group, batch)
    this.#waiting.push(batch)
    return batch
  }

  #schedule(): void {
    if (this.#underWay > 0 && this.#clock.endOfTurn !== undefined) this.#clock.endOfTurn(() => this.#send())
    else queueMicrotask(() => this.#send())
  }

  #send(): void {
    const batches = this.#waiting
    this.#waiting = []
    this.#batched = new Map()
    this.#open = new Map()
    for (const batch of batches) void this.#read(batch)
  }

  async #read({ keys, settle }: Batch): Promise<void> {
    this.#underWay++
    const answers = await this.#ask(keys)
    this.#underWay--
    settle(answers)
  }
}
