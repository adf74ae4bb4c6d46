/** Writes of some milliseconds go into one transaction, and reads of one turn too: most of a transaction's time is its own. */
import type { Clock } from '@hotpath/contract'
import type { Backend, Outcomes, Read, Write } from './store.ts'

interface Pending<Item> {
  readonly item: Item
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}

/** What batches work with. */
export interface BatchesOptions {
  readonly backend: Backend
  readonly clock: Clock
  /** How long writes are collected. */
  readonly windowMs: number
  /** Whether the page may end without another event. */
  readonly isHidden: () => boolean
}

/** Collects what goes to a backend. */
export class Batches {
  readonly #options: BatchesOptions
  readonly #writes: Pending<Write>[] = []
  readonly #reads: Pending<Read>[] = []
  #cancelTimer: () => void = () => {}
  /** Writes that were sent and have not settled. */
  readonly #sent = new Set<Promise<unknown>>()

  constructor(options: BatchesOptions) {
    this.#options = options
  }

  /** Resolves when the transaction is complete. */
  write(write: Write): Promise<void> {
    if (this.#writes.length === 0) this.#schedule()
    return added(this.#writes, write) as Promise<void>
  }

  /** A read sees the writes that came before it. */
  read(read: Read): Promise<unknown> {
    // Transactions of one store run in the order in which they are made.
    if (this.#writes.some(({ item }) => touches(item, read))) this.send()
    if (this.#reads.length === 0)
      queueMicrotask(() => void settled(this.#reads, (reads) => this.#options.backend.read(reads)))
    return added(this.#reads, read)
  }

  /** Begins the transaction of the pending writes now. */
  send(): void {
    this.#cancelTimer()
    this.#cancelTimer = () => {}
    if (this.#writes.length === 0) return
    const sent = settled(this.#writes, (writes) => this.#options.backend.write(writes))
    this.#sent.add(sent)
    void sent.then(() => this.#sent.delete(sent))
  }

  /** Resolves when all that was written so far is settled, whatever its outcome. */
  async flush(): Promise<void> {
    this.send()
    await Promise.all(this.#sent)
  }

  #schedule(): void {
    const { clock, windowMs, isHidden } = this.#options
    // A hidden page has its timers late, and may end before them.
    if (windowMs === 0 || isHidden()) return queueMicrotask(() => this.send())
    const cancel = clock.after(windowMs, () => this.send())
    // A caller waits for it.
    const release = clock.hold?.()
    this.#cancelTimer = () => {
      cancel()
      release?.()
    }
  }
}

function added<Item>(batch: Pending<Item>[], item: Item): Promise<unknown> {
  return new Promise((resolve, reject) => {
    batch.push({ item, resolve, reject })
  })
}

/** Empties a batch, and sends what was in it. Never rejects. */
async function settled<Item>(
  batch: Pending<Item>[],
  send: (items: readonly Item[]) => Promise<Outcomes>,
): Promise<void> {
  const sent = batch.splice(0)
  try {
    const outcomes = await send(sent.map(({ item }) => item))
    for (const [index, { resolve, reject }] of sent.entries()) {
      const outcome = outcomes[index] as PromiseSettledResult<unknown>
      if (outcome.status === 'fulfilled') resolve(outcome.value)
      else reject(outcome.reason)
    }
  } catch (error) {
    for (const { reject } of sent) reject(error)
  }
}

/** Whether a read would miss a write: of keys that are no strings or numbers it is assumed. */
function touches(write: Write, { store, type, query }: Read): boolean {
  if (write.store !== store) return false
  if (type !== 'get' || write.type === 'clear') return true
  return isPlain(write.key) && isPlain(query) ? write.key === query : true
}

function isPlain(key: unknown): boolean {
  return typeof key === 'string' || typeof key === 'number'
}
