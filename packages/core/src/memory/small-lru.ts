/**
 * Least recently used first, by index.
 *
 * A slot is a number; the order of use is a ring of slots in typed arrays, closed by slot 0, which holds no entry:
 * `#after[0]` is the most and `#before[0]` the least recently used. Slots that are free are a list through `#after`.
 * Each operation takes constant time and makes no object. The arrays double as entries come, so a large bound costs
 * nothing before it is used.
 */
import type { Entry, EvictionBounds, EvictionPolicy } from '@hotpath/contract'

const FIRST_SLOTS = 16

export class SmallLru implements EvictionPolicy {
  readonly #maxEntries: number
  readonly #maxBytes: number
  readonly #slots = new Map<string, number>()
  readonly #keys: (string | undefined)[] = [undefined]
  readonly #entries: (Entry | undefined)[] = [undefined]
  #sizes = new Float64Array(FIRST_SLOTS)
  #before = new Int32Array(FIRST_SLOTS)
  #after = new Int32Array(FIRST_SLOTS)
  /** First of the free slots below `#keys.length`; 0: there is none. */
  #free = 0
  #bytes = 0

  constructor({ maxEntries, maxBytes }: EvictionBounds) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  get size(): number {
    return this.#slots.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get(key: string): Entry | undefined {
    const slot = this.#slots.get(key)
    if (slot === undefined) return undefined
    this.#use(slot)
    return this.#entries[slot]
  }

  peek(key: string): Entry | undefined {
    const slot = this.#slots.get(key)
    return slot === undefined ? undefined : this.#entries[slot]
  }

  set(key: string, entry: Entry, bytes: number, evicted: (key: string) => void): void {
    const known = this.#slots.get(key)
    if (known === undefined && this.#slots.size >= this.#maxEntries) this.#evict(evicted)
    const slot = known ?? this.#take(key)
    this.#use(slot)
    this.#bytes += bytes - (this.#sizes[slot] as number)
    this.#sizes[slot] = bytes
    this.#entries[slot] = entry
    // It ends before this one, which fits by itself.
    while (this.#bytes > this.#maxBytes) this.#evict(evicted)
  }

  shrink(toBytes: number, keep: (key: string) => boolean, evicted: (key: string) => void): void {
    let slot = this.#before[0] as number
    while (slot !== 0 && this.#bytes > toBytes) {
      const key = this.#keys[slot] as string
      const before = this.#before[slot] as number
      if (!keep(key)) {
        this.#drop(slot, key)
        evicted(key)
      }
      slot = before
    }
  }

  delete(key: string): boolean {
    const slot = this.#slots.get(key)
    if (slot === undefined) return false
    this.#drop(slot, key)
    return true
  }

  clear(): void {
    this.#slots.clear()
    this.#keys.length = 1
    this.#entries.length = 1
    this.#sizes = new Float64Array(FIRST_SLOTS)
    this.#before = new Int32Array(FIRST_SLOTS)
    this.#after = new Int32Array(FIRST_SLOTS)
    this.#free = 0
    this.#bytes = 0
  }

  *entries(): Generator<readonly [string, Entry]> {
    for (const [key, slot] of this.#slots) yield [key, this.#entries[slot] as Entry]
  }

  #evict(evicted: (key: string) => void): void {
    const slot = this.#before[0] as number
    const key = this.#keys[slot] as string
    this.#drop(slot, key)
    evicted(key)
  }

  /** A slot for a new key, linked to itself. */
  #take(key: string): number {
    let slot = this.#free
    if (slot === 0) {
      slot = this.#keys.length
      if (slot === this.#after.length) this.#grow()
    } else this.#free = this.#after[slot] as number
    this.#keys[slot] = key
    this.#before[slot] = slot
    this.#after[slot] = slot
    this.#slots.set(key, slot)
    return slot
  }

  /** Makes a slot the most recently used one. */
  #use(slot: number): void {
    const before = this.#before
    const after = this.#after
    const newest = after[0] as number
    if (newest === slot) return
    this.#unlink(slot)
    before[slot] = 0
    after[slot] = newest
    before[newest] = slot
    after[0] = slot
  }

  #drop(slot: number, key: string): void {
    this.#slots.delete(key)
    this.#unlink(slot)
    this.#bytes -= this.#sizes[slot] as number
    this.#sizes[slot] = 0
    this.#keys[slot] = undefined
    this.#entries[slot] = undefined
    this.#after[slot] = this.#free
    this.#free = slot
  }

  #unlink(slot: number): void {
    const before = this.#before[slot] as number
    const after = this.#after[slot] as number
    this.#after[before] = after
    this.#before[after] = before
  }

  #grow(): void {
    const slots = this.#after.length * 2
    this.#sizes = larger(this.#sizes, new Float64Array(slots))
    this.#before = larger(this.#before, new Int32Array(slots))
    this.#after = larger(this.#after, new Int32Array(slots))
  }
}

function larger<Numbers extends Float64Array | Int32Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from)
  return to
}
