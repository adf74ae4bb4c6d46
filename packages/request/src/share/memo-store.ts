/** Values in this process, for a while: bounded, the least recently used goes first. Pure: time is given. */
import type { MapKey } from './call-key.ts'

interface Kept {
  readonly value: unknown
  readonly deadAt: number
}

export class MemoStore {
  // In the order of use, the oldest first.
  readonly #kept = new Map<MapKey, Kept>()
  readonly #maxEntries: number

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  get size(): number {
    return this.#kept.size
  }

  get(key: MapKey, now: number): unknown {
    const kept = this.#kept.get(key)
    if (kept === undefined) return undefined
    this.#kept.delete(key)
    if (now >= kept.deadAt) return undefined
    this.#kept.set(key, kept)
    return kept.value
  }

  set(key: MapKey, value: unknown, deadAt: number): void {
    this.#kept.delete(key)
    this.#kept.set(key, { value, deadAt })
    if (this.#kept.size <= this.#maxEntries) return
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest)
      return
    }
  }

  delete(key: MapKey): void {
    this.#kept.delete(key)
  }

  clear(): void {
    this.#kept.clear()
  }
}
