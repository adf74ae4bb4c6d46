/**
 * Puts of one key that run at the same time. Which of them the source saw last cannot be told from here, so only a put
 * that no other of its key ran beside may leave its value; the others remove it, and the next read loads.
 *
 * A put that ends notes so under its key. Notes are kept while a put runs that began before them. O(1) amortized.
 */
import type { Cache } from '@hotpath/core'

/** A put under way. */
export interface RunningPut {
  /** Notes that it ended, and tells whether no other put of one of the keys has ended since it began. */
  endedAlone(keys: readonly string[]): boolean
  /** It is over, whether it ended well or not. */
  leave(): void
}

const ofCaches = new WeakMap<Cache, Overlaps>()

/** How much is remembered of the puts in a cache, running ones and notes of ended ones together. */
export function putsInMind(cache: Cache): number {
  return ofCaches.get(cache)?.size ?? 0
}

/** Begins a put in a cache. */
export function beginPut(cache: Cache): RunningPut {
  let overlaps = ofCaches.get(cache)
  if (overlaps === undefined) ofCaches.set(cache, (overlaps = new Overlaps()))
  return overlaps.begin()
}

class Overlaps {
  #step = 0
  /** The steps at which running puts began, oldest first. */
  readonly #running = new Set<number>()
  /** The step at which the last put of a key ended, oldest first. */
  readonly #ended = new Map<string, number>()

  get size(): number {
    return this.#running.size + this.#ended.size
  }

  begin(): RunningPut {
    const began = this.#step++
    this.#running.add(began)
    return {
      endedAlone: (keys) => {
        const isAlone = keys.every((key) => (this.#ended.get(key) ?? -1) < began)
        const step = this.#step++
        for (const key of keys) {
          this.#ended.delete(key)
          this.#ended.set(key, step)
        }
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
