/**
 * Entries that are retained, beside a policy and counted with it.
 *
 * Invariant: what is retained and stored is here and not in the policy, whose bounds are smaller by as much; it is at most
 * half of them. Cost: constant, whatever is retained, as the policy never comes across it.
 */
import { type Entry, NEVER_JUDGED, SPECULATIVE } from '@hotpath/contract'
import type { MemoryStore } from '../memory/memory-store.ts'
import { type Evicted, PolicyFront } from '../memory/policy-front.ts'

/** Keys that are retained at most, whether they are stored or not. */
const MAX_KEYS = /* bound: retained */ 10_000

/** A key that is retained. */
interface Hold {
  /** How many retain it. */
  count: number
  entry: Entry | undefined
  bytes: number
}

function isNone(): boolean {
  return false
}

export class Retained extends PolicyFront {
  readonly #bounds: MemoryStore['bounds']
  readonly #maxEntries: number
  readonly #maxBytes: number
  /** In the order in which they were retained. */
  readonly #holds = new Map<string, Hold>()
  #stored = 0
  #bytes = 0

  constructor(store: Pick<MemoryStore, 'policy' | 'bounds'>) {
    super(store)
    this.#bounds = store.bounds
    this.#maxEntries = store.bounds.maxEntries
    this.#maxBytes = store.bounds.maxBytes
  }

  override get size(): number {
    return super.size + this.#stored
  }

  override get bytes(): number {
    return super.bytes + this.#bytes
  }

  /** Retains a key until the function that it returns is called. */
  retain(key: string, evicted: Evicted): () => void {
    const known = this.#holds.get(key)
    const hold = known ?? { count: 0, entry: undefined, bytes: 0 }
    hold.count++
    if (known === undefined) {
      this.#holds.set(key, hold)
      const entry = super.peek(key)
      const before = super.bytes
      if (entry !== undefined && super.delete(key)) this.#put(hold, entry, before - super.bytes)
      this.#fit(key, evicted)
    }
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      hold.count--
      if (hold.count === 0 && this.#holds.get(key) === hold) this.#release(key, hold, evicted)
    }
  }

  override get(key: string): Entry | undefined {
    return this.#holds.get(key)?.entry ?? super.get(key)
  }

  override peek(key: string): Entry | undefined {
    return this.#holds.get(key)?.entry ?? super.peek(key)
  }

  override set(key: string, entry: Entry, bytes: number, evicted: Evicted): void {
    const hold = this.#holds.get(key)
    if (hold === undefined) super.set(key, entry, bytes, evicted)
    else this.#put(hold, entry, bytes)
    this.#fit(key, evicted)
  }

  override shrink(toBytes: number, keep: (key: string) => boolean, evicted: Evicted): void {
    super.shrink(Math.max(0, toBytes - this.#bytes), keep, evicted)
  }

  override delete(key: string): boolean {
    const hold = this.#holds.get(key)
    if (hold?.entry === undefined) return super.delete(key)
    this.#put(hold, undefined, 0)
    return true
  }

  override clear(): void {
    super.clear()
    for (const hold of this.#holds.values()) this.#put(hold, undefined, 0)
  }

  override *entries(): Generator<readonly [string, Entry]> {
    yield* super.entries()
    for (const [key, { entry }] of this.#holds) if (entry !== undefined) yield [key, entry]
  }

  #put(hold: Hold, entry: Entry | undefined, bytes: number): void {
    this.#stored += Number(entry !== undefined) - Number(hold.entry !== undefined)
    this.#bytes += bytes - hold.bytes
    hold.entry = entry
    hold.bytes = bytes
    // Somebody uses what was stored ahead of use, which would go first.
    if (entry?.judgedAt === SPECULATIVE) entry.judgedAt = NEVER_JUDGED
    this.#bounds.maxEntries = this.#maxEntries - this.#stored
    this.#bounds.maxBytes = this.#maxBytes - this.#bytes
  }

  /** Gives an entry back to the policy. */
  #release(key: string, hold: Hold, evicted: Evicted): void {
    const { entry, bytes } = hold
    this.#holds.delete(key)
    this.#put(hold, undefined, 0)
    if (entry !== undefined) super.set(key, entry, bytes, evicted)
  }

  /** Releases the oldest while too much is retained, and has the policy make room for the rest. */
  #fit(key: string, evicted: Evicted): void {
    for (const [oldest, hold] of this.#holds) {
      const isTooMuch = this.#stored * 2 > this.#maxEntries || this.#bytes * 2 > this.#maxBytes
      if (this.#holds.size <= MAX_KEYS && !isTooMuch) break
      if (this.#holds.size > MAX_KEYS || hold.entry !== undefined) this.#release(oldest, hold, evicted)
    }
    const { maxEntries, maxBytes } = this.#bounds
    // Its bounds have become smaller, and it may not look at them.
    while (super.size > maxEntries || super.bytes > maxBytes) {
      const before = super.bytes
      super.shrink(Math.min(before - 1, maxBytes), (one) => one === key, evicted)
      if (super.bytes === before) super.shrink(maxBytes, isNone, evicted)
    }
  }
}
