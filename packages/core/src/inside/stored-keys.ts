/** Comes before the policy of a memory tier to say when something is stored under a key, however it came there. */
import type { Entry } from '@hotpath/contract'
import { type Evicted, PolicyFront } from '../memory/policy-front.ts'

export class StoredKeys extends PolicyFront {
  /** By encoded key. */
  readonly #listeners = new Map<string, Set<() => void>>()

  /** Calls each time something is stored, until the function that it returns is called. */
  follow(key: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key)
    }
  }

  override set(key: string, entry: Entry, bytes: number, evicted: Evicted): void {
    super.set(key, entry, bytes, evicted)
    for (const listener of this.#listeners.get(key) ?? []) listener()
  }
}
