/**
 * W-TinyLFU (Einziger, Friedman and Manes 2017): recency in a small window, frequency in the main region.
 *
 * A new entry enters the window, which is in order of use. What leaves its far end, once there is no room, is the
 * candidate for the main region, and stays only if it was used more often than the entries that would go for it; else it
 * goes itself. The main region is a segmented LRU: an entry comes in on probation, a hit protects it, and what protection
 * has no room for is on probation again. So a scan passes through the window, and changes nothing else.
 *
 * By size it goes as Einziger, Eytan, Friedman and Manes 2021 found best: the candidate has to be used more often than all
 * the entries together that make as much room as it takes.
 *
 * A slot is a number, and the three lists are rings of slots in typed arrays, closed by slots 0 to 2, which hold no entry.
 * Slots that are free are a list through `#after`. An operation takes constant time and makes no object; moves from
 * segment to segment that a change of the window calls for are spread over the operations that follow, one each.
 */
import {
  type Entry,
  type EvictionBounds,
  type EvictionPolicy,
  type EvictionPolicyMaker,
  type OptionTable,
  checkOptions,
  wrongOption,
} from '@hotpath/contract'
import { FrequencySketch, hashOf } from './frequency-sketch.ts'
import { WindowClimber } from './window-climber.ts'

/** Options of `tinyLfu()`. */
export interface TinyLfuOptions {
  /**
   * A whole number that decides which keys share a counter, for tests that need the same choices each time. Default: from
   * the cache's `random`, so that nobody outside can choose keys that collide.
   */
  readonly seed?: number | undefined
}

const TINY_LFU_OPTIONS: OptionTable<keyof TinyLfuOptions> = { seed: seedOption }

const WINDOW = 0
const PROBATION = 1
const PROTECTED = 2
/** Slots that close the rings. */
const HEADS = 3
const FIRST_SLOTS = 16
/** Share of the main region that is protected, as in the paper. */
const PROTECTED_SHARE = 0.8

/**
 * Most used and most recently used, in the proportion that the load calls for: W-TinyLFU with a window that adapts.
 *
 * @returns A policy for `memory({ policy })`.
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { tinyLfu } from '@hotpath/core/tiny-lfu'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 10_000, policy: tinyLfu() })] })
 * console.log(await cache.getOrSet('answer', () => 42)) // 42
 * await cache.close()
 * ```
 */
export function tinyLfu(options: TinyLfuOptions = {}): EvictionPolicyMaker {
  // Bounds: it was not called, but given as a policy, and `memory` says so.
  const { random } = (options ?? {}) as Partial<EvictionBounds>
  if (typeof random !== 'function') checkOptions(options, 'tinyLfu', TINY_LFU_OPTIONS)
  return (bounds) => new TinyLfu(bounds, options.seed ?? bounds.random() * 2 ** 32)
}

function seedOption(value: unknown, option: string): void {
  if (!Number.isSafeInteger(value)) throw wrongOption(option, 'a whole number', value, 'Use for example 42.')
}

class TinyLfu implements EvictionPolicy {
  readonly #maxEntries: number
  readonly #maxBytes: number
  readonly #seed: number
  readonly #slots = new Map<string, number>()
  readonly #keys: (string | undefined)[] = []
  readonly #entries: (Entry | undefined)[] = []
  #sizes = new Float64Array(FIRST_SLOTS)
  #hashes = new Int32Array(FIRST_SLOTS)
  #segments = new Uint8Array(FIRST_SLOTS)
  #before = new Int32Array(FIRST_SLOTS)
  #after = new Int32Array(FIRST_SLOTS)
  /** First of the free slots below `#keys.length`; 0: there is none. */
  #free = 0
  /** Entries and bytes of each segment. */
  readonly #counts = new Int32Array(HEADS)
  readonly #bytesOf = new Float64Array(HEADS)
  #bytes = 0
  readonly #sketch = new FrequencySketch()
  readonly #climber = new WindowClimber()

  constructor({ maxEntries, maxBytes }: EvictionBounds, seed: number) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
    this.#seed = seed
    this.clear()
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
    this.#sketch.add(this.#hashes[slot] as number)
    this.#climber.hit(this.#segments[slot] === WINDOW)
    this.#use(slot)
    return this.#entries[slot]
  }

  peek(key: string): Entry | undefined {
    return this.#entries[this.#slots.get(key) ?? 0]
  }

  set(key: string, entry: Entry, bytes: number, evicted: (key: string) => void): void {
    const slot = this.#slots.get(key) ?? this.#take(key)
    // Not counted: a replacement is no use of its own, and `#take` has counted the first.
    this.#use(slot)
    this.#entries[slot] = entry
    this.#resize(slot, bytes, 0)
    // It ends before this one, which fits by itself.
    while (this.#slots.size > this.#maxEntries || this.#bytes > this.#maxBytes) {
      this.#evict(slot, evicted)
      this.#climber.miss(this.#sketch.span / 4)
    }
    this.#balance(WINDOW)
    this.#balance(PROTECTED)
  }

  delete(key: string): boolean {
    const slot = this.#slots.get(key)
    if (slot !== undefined) this.#drop(slot)
    return slot !== undefined
  }

  /** Forgets the entries, and not how often keys were used: that is as true as before. */
  clear(): void {
    this.#slots.clear()
    this.#keys.length = HEADS
    this.#entries.length = HEADS
    this.#sizes.fill(0)
    for (let head = 0; head < HEADS; head++) this.#before[head] = this.#after[head] = head
    this.#counts.fill(0)
    this.#bytesOf.fill(0)
    this.#free = this.#bytes = 0
  }

  *entries(): Generator<readonly [string, Entry]> {
    for (const [key, slot] of this.#slots) yield [key, this.#entries[slot] as Entry]
  }

  /** Makes room: the candidate goes, or the entries of the main region that it was used more often than. */
  #evict(keep: number, evicted: (key: string) => void): void {
    const candidate = this.#victimAfter(WINDOW, keep)
    const victim = this.#victimAfter(PROBATION, keep)
    const contested = victim !== 0 && this.#isOver(WINDOW)
    if (victim === 0 || (contested && !this.#isAdmitted(candidate, keep))) evicted(this.#drop(candidate))
    else {
      if (contested) this.#move(candidate, PROBATION)
      evicted(this.#drop(victim))
    }
  }

  /** Whether a candidate was used more often than all those together that would make as much room. */
  #isAdmitted(candidate: number, keep: number): boolean {
    const uses = this.#estimate(candidate)
    const wanted = Math.min(this.#bytes - this.#maxBytes, this.#sizes[candidate] as number)
    let victim = PROBATION
    let rivals = 0
    let bytes = 0
    do {
      victim = this.#victimAfter(victim, keep)
      rivals += this.#estimate(victim)
      // By two: a candidate was used just now, and it is chance on which side of a halving its last use falls. Were one
      // enough, a loop would replace entries without end.
      if (uses < rivals + (rivals === 0 ? 1 : 2)) return false
      bytes += this.#sizes[victim] as number
    } while (victim !== 0 && bytes < wanted)
    return true
  }

  #estimate(slot: number): number {
    return this.#sketch.estimate(this.#hashes[slot] as number)
  }

  /** The next that would go after this one: those on probation first, from the least recently used; 0: there is none. */
  #victimAfter(slot: number, keep: number): number {
    let next = this.#before[slot] as number
    if (next === keep) next = this.#before[next] as number
    if (next === PROBATION) return this.#victimAfter(PROTECTED, keep)
    return next === PROTECTED ? 0 : next
  }

  #isOver(segment: number): boolean {
    const window = this.#climber.share
    const part = segment === WINDOW ? window : (1 - window) * PROTECTED_SHARE
    const count = this.#counts[segment] as number
    return count > 1 && (count > part * this.#maxEntries || (this.#bytesOf[segment] as number) > part * this.#maxBytes)
  }

  /** Puts the least recently used of a segment that has too many on probation. */
  #balance(segment: number): void {
    if (this.#isOver(segment)) this.#move(this.#before[segment] as number, PROBATION)
  }

  /** Makes a slot the most recently used one of the segment where its use puts it. */
  #use(slot: number): void {
    const segment = this.#segments[slot] as number
    if (segment !== PROBATION) this.#link(slot, segment)
    else {
      this.#move(slot, PROTECTED)
      this.#balance(PROTECTED)
    }
  }

  /** Makes a slot the most recently used one of another segment. */
  #move(slot: number, segment: number): void {
    const bytes = this.#sizes[slot] as number
    this.#count(this.#segments[slot] as number, -1, -bytes)
    this.#count(segment, 1, bytes)
    this.#segments[slot] = segment
    this.#link(slot, segment)
  }

  /** A slot for a new key, in the window. */
  #take(key: string): number {
    const slot = this.#free || this.#keys.length
    if (slot === this.#after.length) this.#grow()
    if (slot === this.#free) this.#free = this.#after[slot] as number
    this.#keys[slot] = key
    this.#slots.set(key, slot)
    const hash = (this.#hashes[slot] = hashOf(key, this.#seed))
    this.#segments[slot] = WINDOW
    this.#before[slot] = this.#after[slot] = slot
    this.#count(WINDOW, 1, 0)
    this.#sketch.fit(this.#slots.size)
    this.#sketch.add(hash)
    return slot
  }

  /** Removes a slot's entry, and returns its key. */
  #drop(slot: number): string {
    const key = this.#keys[slot] as string
    this.#slots.delete(key)
    this.#resize(slot, 0, -1)
    this.#unlink(slot)
    this.#keys[slot] = this.#entries[slot] = undefined
    this.#after[slot] = this.#free
    this.#free = slot
    return key
  }

  #resize(slot: number, bytes: number, entries: number): void {
    const more = bytes - (this.#sizes[slot] as number)
    this.#sizes[slot] = bytes
    this.#bytes += more
    this.#count(this.#segments[slot] as number, entries, more)
  }

  /** Takes a slot from where it is, and puts it first in the ring of a segment. */
  #link(slot: number, segment: number): void {
    const before = this.#before
    const after = this.#after
    const newest = after[segment] as number
    if (newest === slot) return
    this.#unlink(slot)
    before[slot] = segment
    after[slot] = newest
    before[newest] = after[segment] = slot
  }

  #unlink(slot: number): void {
    const before = this.#before[slot] as number
    const after = this.#after[slot] as number
    this.#after[before] = after
    this.#before[after] = before
  }

  #count(segment: number, entries: number, bytes: number): void {
    this.#counts[segment] = (this.#counts[segment] as number) + entries
    this.#bytesOf[segment] = (this.#bytesOf[segment] as number) + bytes
  }

  #grow(): void {
    // One more than may stay: the new entry comes in before another goes.
    const slots = Math.min(this.#after.length * 2, Math.max(this.#maxEntries, FIRST_SLOTS) + HEADS + 1)
    this.#sizes = larger(this.#sizes, slots)
    this.#hashes = larger(this.#hashes, slots)
    this.#segments = larger(this.#segments, slots)
    this.#before = larger(this.#before, slots)
    this.#after = larger(this.#after, slots)
  }
}

function larger<Numbers extends Float64Array | Int32Array | Uint8Array>(from: Numbers, length: number): Numbers {
  const to = new (from.constructor as new (length: number) => Numbers)(length)
  to.set(from)
  return to
}
