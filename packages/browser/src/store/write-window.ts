/**
 * Writes of some milliseconds, collected for one transaction: most of a transaction's time is its own. To wait for more of
 * them is no use once there are many, or other tabs wait for one of them.
 */
import type { Clock } from '@hotpath/contract'
import { inNextTask } from './next-task.ts'

/** From so many on, none waits longer than until a task passes in which no more have come. */
const MANY = 100
/** So many go at once. */
const TOO_MANY = 1_000

/** What a window works with. */
export interface WindowOptions<Item> {
  readonly clock: Clock
  readonly windowMs: number
  /** Whether the page may end without another event. */
  readonly isHidden: () => boolean
  /** Calls back in a task of its own. Default: by a message. */
  readonly nextTask?: ((callback: () => void) => void) | undefined
  /** Resolves when all of them are written. */
  readonly send: (items: readonly Item[]) => Promise<void>
}

/** What waits. All that is written together has one promise. */
interface Batch<Item> {
  readonly items: Item[]
  /** Goes as soon as a task passes in which no more have come. */
  isUrgent: boolean
  readonly written: Promise<void>
  readonly settle: (written?: Promise<void>) => void
}

export class WriteWindow<Item> {
  readonly #options: WindowOptions<Item>
  readonly #sent = new Set<Promise<void>>()
  #waiting: Batch<Item> | undefined
  #cancel: () => void = () => {}

  constructor(options: WindowOptions<Item>) {
    this.#options = options
  }

  /**
   * Resolves when they are written.
   *
   * @param isAwaited - Whether other tabs wait for them.
   */
  add(items: readonly Item[], isAwaited = false): Promise<void> {
    const batch = (this.#waiting ??= this.#begin())
    for (const item of items) batch.items.push(item)
    if (!batch.isUrgent && (isAwaited || batch.items.length >= MANY)) {
      batch.isUrgent = true
      this.#sendOnceAll(batch)
    }
    return batch.written
  }

  /** Begins the transaction of what waits now. */
  send(): void {
    this.#cancel()
    const batch = this.#waiting
    if (batch === undefined) return
    this.#waiting = undefined
    const written = this.#options.send(batch.items)
    batch.settle(written)
    const sent = written.catch(() => {}).then(() => void this.#sent.delete(sent))
    this.#sent.add(sent)
  }

  /** What waits is not sent any more. */
  discard(): void {
    this.#cancel()
    this.#waiting?.settle()
    this.#waiting = undefined
  }

  /** Resolves when all that was added so far is written, or has failed. */
  async flush(): Promise<void> {
    this.send()
    await Promise.all(this.#sent)
  }

  #begin(): Batch<Item> {
    const { clock, windowMs, isHidden } = this.#options
    // A hidden page has its timers late, and may end before them.
    if (windowMs === 0 || isHidden()) this.#sendSoon()
    else this.#cancel = clock.after(windowMs, () => this.send())
    let settle!: Batch<Item>['settle']
    const written = new Promise<void>((resolve) => {
      settle = resolve
    })
    return { items: [], isUrgent: false, written, settle }
  }

  /** What comes in slices, so that the page can paint between them, goes together. */
  #sendOnceAll(batch: Batch<Item>): void {
    const { length } = batch.items
    const { nextTask = inNextTask } = this.#options
    nextTask(() => {
      if (this.#waiting !== batch) return
      if (length < batch.items.length && length < TOO_MANY) this.#sendOnceAll(batch)
      else this.send()
    })
  }

  #sendSoon(): void {
    queueMicrotask(() => this.send())
  }
}
