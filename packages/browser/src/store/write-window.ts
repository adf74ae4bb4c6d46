/**
 * Writes of some milliseconds, collected for one transaction: most of a transaction's time is its own. To wait for more of
 * them is no use once there are many.
 */
import type { Clock } from '@hotpath/contract'

/** So many go at once, with all that come in the same turn. */
const MANY = 100

/** A write that waits. */
export interface Waiting<Item> {
  readonly item: Item
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** What a window works with. */
export interface WindowOptions<Item> {
  readonly clock: Clock
  readonly windowMs: number
  /** Whether the page may end without another event. */
  readonly isHidden: () => boolean
  /** Never rejects: it settles each. */
  readonly send: (writes: readonly Waiting<Item>[]) => Promise<void>
}

export class WriteWindow<Item> {
  readonly #options: WindowOptions<Item>
  readonly #sent = new Set<Promise<void>>()
  #waiting: Waiting<Item>[] = []
  #cancel: () => void = () => {}

  constructor(options: WindowOptions<Item>) {
    this.#options = options
  }

  /** Resolves when it is written. */
  add(item: Item): Promise<void> {
    if (this.#waiting.length === 0) this.#schedule()
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ item, resolve, reject }) === MANY) this.#sendSoon()
    })
  }

  /** Begins the transaction of what waits now. */
  send(): void {
    this.#cancel()
    if (this.#waiting.length === 0) return
    const sent = this.#options.send(this.#waiting)
    this.#waiting = []
    this.#sent.add(sent)
    void sent.then(() => this.#sent.delete(sent))
  }

  /** What waits is not sent any more. */
  discard(): void {
    this.#cancel()
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }

  /** Resolves when all that was added so far is settled. */
  async flush(): Promise<void> {
    this.send()
    await Promise.all(this.#sent)
  }

  #schedule(): void {
    const { clock, windowMs, isHidden } = this.#options
    // A hidden page has its timers late, and may end before them.
    if (windowMs === 0 || isHidden()) this.#sendSoon()
    else this.#cancel = clock.after(windowMs, () => this.send())
  }

  #sendSoon(): void {
    queueMicrotask(() => this.send())
  }
}
