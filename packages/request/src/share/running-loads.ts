import { type CacheKey, encodeKey } from '@hotpath/contract'
import type { Call } from '../call/call.ts'

/** The loads of a function that a cache has begun and that are not over, by key. */
export class RunningLoads {
  /** One key has several when it was outdated while one of them ran. */
  readonly #calls = new Map<string, Set<Call>>()

  /** Whether a caller is called by one of the loads of a key, through any number of calls between. */
  has(key: CacheKey, caller: Call): boolean {
    if (this.#calls.size === 0) return false
    const calls = this.#calls.get(encodeKey(key))
    return calls !== undefined && [...calls].some((call) => caller.isWithin(call))
  }

  /** A load begins; answers what is to be called when it is over. */
  add(key: CacheKey, call: Call): () => void {
    const id = encodeKey(key)
    const calls = this.#calls.get(id) ?? new Set()
    this.#calls.set(id, calls.add(call))
    return () => {
      calls.delete(call)
      if (calls.size === 0) this.#calls.delete(id)
    }
  }
}
