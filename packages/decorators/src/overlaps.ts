/**
 * Puts and evictions of one key that run at the same time. Which of them the source saw last cannot be told from here, so
 * only a put that no other write of its key ended beside may leave its value; the others remove it, and the next read loads.
 *
 * A put or eviction that ends notes so under its key. Notes are kept while a put runs that began before them. O(1)
 * amortized.
 */
import { type CacheKey, encodeKey } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'

/** A put under way. */
export interface RunningPut {
  /** Notes that it ended, and tells whether no other put or eviction of one of the keys has ended since it began. */
  endedAlone(keys: readonly string[]): boolean
  /** It is over, whether it ended well or not. */
  leave(): void
}

const ofCaches = new WeakMap<Cache, Overlaps>()

/** How much is remembered of the puts in a cache, running ones and notes of what has ended together. */
export function putsInMind(cache: Cache): number {
  return ofCaches.get(cache)?.size ?? 0
}

/** Begins a put in a cache. */
export function beginPut(cache: Cache): RunningPut {
  let overlaps = ofCaches.get(cache)
  if (overlaps === undefined) ofCaches.set(cache, (overlaps = new Overlaps()))
  return overlaps.begin()
}

/** Notes that a key is evicted, for puts that run meanwhile. To be called before it leaves the cache. */
export function noteEviction(cache: Cache, key: CacheKey): void {
  const overlaps = ofCaches.get(cache)
  if (overlaps?.isRunning === true) overlaps.note([encodeKey(key)])
}

class Overlaps {
  #step = 0
  /** The steps at which running puts began, oldest first. */
  readonly #running = new Set<number>()
  /** The step at which the last write of a key ended, oldest first. */
  readonly #ended = new Map<string, number>()

  get size(): number {
    return this.#running.size + this.#ended.size
  }

  get isRunning(): boolean {
    return this.#running.size > 0
  }

  note(keys: readonly string[]): void {
    const step = this.#step++
    for (const key of keys) {
      this.#ended.delete(key)
      this.#ended.set(key, step)
    }
  }

  begin(): RunningPut {
    const began = this.#step++
    this.#running.add(began)
    return {
      endedAlone: (keys) => {
        const isAlone = keys.every((key) => (this.#ended.get(key) ?? -1) < began)
        this.note(keys)
        return isAlone
      },
      leave: () => this.#leave(began),
    }
  }

  #leave(began: number): void {
    this.#running.delete(began)
    const [oldest = Number.POSITIVE_INFINITY] = this.#running
    for (const [key, ended] of this.#ended) {
      if (ended > oldest) break
      this.#ended.delete(key)
    }
  }
}
