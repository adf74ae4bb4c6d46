/**
 * Transactions of a page that is left. WebKit keeps a page for a way back in the middle of a transaction, and every
 * other tab waits for its end. So what is under way is aborted when the page is left, and runs again when it is back.
 */
import type { Lifecycle } from '../lifecycle.ts'

/** What is aborted. */
interface Abortable {
  abort(): void
}

/** Keeps the transactions of a page from outlasting its stay. */
export class Leaving {
  readonly #open = new Set<Abortable>()
  /** How often the page was left. */
  #count = 0
  #back: Promise<void> | undefined
  #isBack = (): void => {}

  /** @returns A function that ends it. */
  follow(lifecycle: Pick<Lifecycle, 'on'>): () => void {
    return lifecycle.on('*', (event) => {
      if (event.type === 'pagehide' && event.restorable) this.#leave()
      else if (event.type === 'pageshow') this.#return()
    })
  }

  /** Runs something that makes transactions, and again if the page was left meanwhile. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      if (this.#back !== undefined) await this.#back
      const count = this.#count
      try {
        return await work()
      } catch (error) {
        if (count === this.#count) throw error
      }
    }
  }

  /** Adds a transaction that needs this page to come to its end. The function that is returned says that it does not any more. */
  add(transaction: Abortable): () => void {
    this.#open.add(transaction)
    return () => void this.#open.delete(transaction)
  }

  #leave(): void {
    this.#count++
    this.#back ??= new Promise((resolve) => (this.#isBack = resolve))
    for (const transaction of this.#open) {
      try {
        transaction.abort()
      } catch {
        // It has ended.
      }
    }
    this.#open.clear()
  }

  #return(): void {
    this.#back = undefined
    this.#isBack()
  }
}
