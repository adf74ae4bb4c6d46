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
 * An entry has a slot: four numbers of one typed array, so that an operation finds all that it needs in one line of the
 * processor's cache. Most hits are of entries that are protected and counted in full, and those write nothing to it. The three lists
 * are rings of slots, closed by the first three, which hold no entry; slots that are free are a list too. An operation takes
 * constant time and makes no object; moves from segment to segment that a change of the window calls for are spread over
 * the operations that follow, one each.
 */
import type { Entry, EvictionBounds, EvictionPolicy } from '@hotpath/contract'
import {
  AFTER,
  AGING_STEP,
  BLOCK,
  ENTRIES,
  FIRST_ENTRY,
  FIRST_LENGTH,
  HASH_SHIFT,
  HOT,
  MARK,
  MAX_COUNT,
  MAX_SIZE,
  MIN_SAMPLE,
  PROBATION,
  PROTECTED,
  PROTECTED_SHARE,
  SEGMENT,
  SEGMENT_SHIFT,
  SIZE,
  SLOT,
  WINDOW,
} from './slot-table.ts'
import { FrequencySketch, hashOf } from './frequency-sketch.ts'
import { FIRST_SHARE, nextShare } from './window-climber.ts'

/** A class, as V8 calls methods of a prototype without a look at what they close over. */
export class WTinyLfu implements EvictionPolicy {
  readonly #bounds: EvictionBounds
  readonly #seed: number
  readonly #slots = new Map<string, number>()
  /** By slot, as `#entries`: apart, as a hit needs no key. */
  readonly #keys: (string | undefined)[] = []
  readonly #entries: (Entry | undefined)[] = []
  /** In four bytes each, while sizes fit. */
  #table: Int32Array | Float64Array = new Int32Array(0)
  /** First of the free slots; where the table ends when there is none. */
  #free = 0
  #bytes = 0
  /** Of each segment. */
  readonly #sums = new Float64Array(FIRST_ENTRY)
  readonly #sketch = new FrequencySketch()
  /** Uses until counts age next. */
  #left = AGING_STEP
  /** Part of the room that the window has. */
  #share = FIRST_SHARE
  /** Since the share was looked at last: uses, and what is `#left` of the next step; hits in the window; new entries. */
  #uses = AGING_STEP
  #windowHits = 0
  #misses = 0

  /** @param seed - Decides which keys share a counter. */
  constructor(bounds: EvictionBounds, seed: number) {
    this.#bounds = bounds
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
    if (--this.#left === 0) this.#age()
    const mark = this.#table[slot * SLOT + MARK] as number
    if ((mark & (SEGMENT | MAX_COUNT)) !== HOT) this.#hit(slot, mark)
    return this.#entries[slot]
  }

  peek(key: string): Entry | undefined {
    const slot = this.#slots.get(key)
    return slot === undefined ? undefined : this.#entries[slot]
  }

  set(key: string, entry: Entry, bytes: number, evicted: (key: string) => void): void {
    const slot = this.#slots.get(key) ?? this.#take(key)
    // Not counted: a replacement is no use of its own, and `#take` has counted the first.
    this.#use(slot)
    this.#entries[slot] = entry
    this.#resize(slot, bytes, 0)
    // It ends before this one, which fits by itself.
    while (this.#slots.size > this.#bounds.maxEntries || this.#bytes > this.#bounds.maxBytes) {
      this.#evict(slot, evicted)
      this.#adapt()
    }
    this.#balance(WINDOW)
    this.#balance(PROTECTED)
  }

  delete(key: string): boolean {
    const slot = this.#slots.get(key)
    if (slot !== undefined) this.#drop(slot)
    return slot !== undefined
  }

  /** Gives the room back. How often keys were used that had gone before is as true as ever. */
  clear(): void {
    this.#slots.clear()
    this.#bytes = 0
    this.#sums.fill(0)
    this.#free = FIRST_ENTRY
    this.#table = this.#table.slice(0, 0)
    this.#keys.length = this.#entries.length = 0
    this.#grow()
    for (let head = 0; head < FIRST_ENTRY; head++) this.#table[head * SLOT] = this.#table[head * SLOT + AFTER] = head
  }

  *entries(): Generator<readonly [key: string, entry: Entry]> {
    for (const [key, slot] of this.#slots) yield [key, this.#entries[slot] as Entry]
  }

  shrink(toBytes: number, keep: (key: string) => boolean, evicted: (key: string) => void): void {
    for (const segment of [PROBATION, WINDOW, PROTECTED]) {
      let slot = this.#before(segment)
      while (slot !== segment) {
        if (this.#bytes <= toBytes) return
        const before = this.#before(slot)
        if (!keep(this.#keys[slot] as string)) evicted(this.#drop(slot))
        slot = before
      }
    }
  }

  #before(slot: number): number {
    return this.#table[slot * SLOT] as number
  }

  #sizeAt(slot: number): number {
    return this.#table[slot * SLOT + SIZE] as number
  }

  #countAt(slot: number): number {
    return (this.#table[slot * SLOT + MARK] as number) & MAX_COUNT
  }

  #segmentAt(slot: number): number {
    return ((this.#table[slot * SLOT + MARK] as number) & SEGMENT) >> SEGMENT_SHIFT
  }

  /** Counts a hit. */
  #hit(slot: number, mark: number): void {
    if ((mark & MAX_COUNT) < MAX_COUNT) this.#table[slot * SLOT + MARK] = mark + 1
    if ((mark & SEGMENT) >> SEGMENT_SHIFT === WINDOW) this.#windowHits++
    this.#use(slot)
  }

  /** Makes a slot the most recently used one of the segment where its use puts it. */
  #use(slot: number): void {
    const segment = this.#segmentAt(slot)
    if (segment !== PROBATION) this.#link(slot, segment)
    else {
      this.#move(slot, PROTECTED)
      this.#balance(PROTECTED)
    }
  }

  #unlink(slot: number): void {
    const before = this.#before(slot)
    const after = this.#table[slot * SLOT + AFTER] as number
    this.#table[before * SLOT + AFTER] = after
    this.#table[after * SLOT] = before
  }

  /** Takes a slot from where it is, and puts it first in the ring of a segment. */
  #link(slot: number, segment: number): void {
    const table = this.#table
    const newest = table[segment * SLOT + AFTER] as number
    if (newest === slot) return
    this.#unlink(slot)
    table[slot * SLOT] = segment
    table[slot * SLOT + AFTER] = newest
    table[newest * SLOT] = table[segment * SLOT + AFTER] = slot
  }

  #count(segment: number, entries: number, bytes: number): void {
    const at = segment * SLOT + ENTRIES
    this.#table[at] = (this.#table[at] as number) + entries
    this.#sums[segment] = (this.#sums[segment] as number) + bytes
  }

  /** Makes a slot the most recently used one of another segment. */
  #move(slot: number, segment: number): void {
    const bytes = this.#sizeAt(slot)
    const at = slot * SLOT + MARK
    this.#count(this.#segmentAt(slot), -1, -bytes)
    this.#count(segment, 1, bytes)
    this.#table[at] = ((this.#table[at] as number) & ~SEGMENT) | (segment << SEGMENT_SHIFT)
    this.#link(slot, segment)
  }

  #isOver(segment: number): boolean {
    const { maxEntries, maxBytes } = this.#bounds
    const part = segment === WINDOW ? this.#share : (1 - this.#share) * PROTECTED_SHARE
    const entries = this.#table[segment * SLOT + ENTRIES] as number
    return entries > 1 && (entries > part * maxEntries || (this.#sums[segment] as number) > part * maxBytes)
  }

  /** Puts the least recently used of a segment that has too many on probation. */
  #balance(segment: number): void {
    if (this.#isOver(segment)) this.#move(this.#before(segment), PROBATION)
  }

  #resize(slot: number, bytes: number, entries: number): void {
    if (bytes > MAX_SIZE && this.#table instanceof Int32Array) this.#table = Float64Array.from(this.#table)
    const more = bytes - this.#sizeAt(slot)
    this.#table[slot * SLOT + SIZE] = bytes
    this.#bytes += more
    this.#count(this.#segmentAt(slot), entries, more)
  }

  #grow(): void {
    const table = this.#table
    const length = table.length / SLOT
    // One more than may stay: the new entry comes in before another goes.
    const slots = Math.min(length * 2 || FIRST_LENGTH, this.#bounds.maxEntries + 1 + FIRST_ENTRY)
    this.#table = table instanceof Int32Array ? new Int32Array(slots * SLOT) : new Float64Array(slots * SLOT)
    this.#table.set(table)
    this.#keys.length = this.#entries.length = slots
    for (let slot = length; slot < slots; slot++) this.#table[slot * SLOT + AFTER] = slot + 1
  }

  /** Halves the counts of some keys, of those that are here and those that are gone. */
  #age(): void {
    this.#left = AGING_STEP
    this.#uses += AGING_STEP
    const table = this.#table
    const first = (this.#sketch.age() * 2 + FIRST_ENTRY) * SLOT + MARK
    const end = Math.min(first + BLOCK * 2 * SLOT, table.length)
    for (let at = first; at < end; at += SLOT) {
      const mark = table[at] as number
      table[at] = mark - (((mark & MAX_COUNT) + 1) >> 1)
    }
  }

  /** A slot for a new key, in the window; used once more than is known. */
  #take(key: string): number {
    if (--this.#left === 0) this.#age()
    if (this.#free * SLOT === this.#table.length) this.#grow()
    const slot = this.#free
    const at = slot * SLOT
    const table = this.#table
    this.#free = table[at + AFTER] as number
    const hash = hashOf(key, this.#seed) >>> HASH_SHIFT
    table[at] = table[at + AFTER] = slot
    table[at + MARK] = (hash << HASH_SHIFT) | Math.min(this.#sketch.raise(hash, 0) + 1, MAX_COUNT)
    this.#keys[slot] = key
    this.#slots.set(key, slot)
    this.#count(WINDOW, 1, 0)
    this.#sketch.fit(this.#slots.size)
    this.#misses++
    return slot
  }

  /** Removes a slot's entry, and returns its key. */
  #drop(slot: number): string {
    const key = this.#keys[slot] as string
    const at = slot * SLOT
    this.#slots.delete(key)
    this.#sketch.raise((this.#table[at + MARK] as number) >>> HASH_SHIFT, this.#countAt(slot))
    this.#resize(slot, 0, -1)
    this.#unlink(slot)
    this.#keys[slot] = this.#entries[slot] = undefined
    this.#table[at + AFTER] = this.#free
    this.#free = slot
    return key
  }

  /** The next that would go after this one: those on probation first, from the least recently used; 0: there is none. */
  #victimAfter(slot: number, keep: number): number {
    let next = this.#before(slot)
    if (next === keep) next = this.#before(next)
    if (next === PROBATION) return this.#victimAfter(PROTECTED, keep)
    return next === PROTECTED ? 0 : next
  }

  /** Whether a candidate was used more often than all those together that would make as much room. */
  #isAdmitted(candidate: number, keep: number): boolean {
    const own = this.#countAt(candidate)
    let wanted = Math.max(1, Math.min(this.#bytes - this.#bounds.maxBytes, this.#sizeAt(candidate)))
    let rivals = 0
    for (let victim = PROBATION; wanted > 0; wanted -= this.#sizeAt(victim)) {
      victim = this.#victimAfter(victim, keep)
      if (victim === 0) break
      rivals += this.#countAt(victim)
      // By two: a candidate was used just now, and it is chance on which side of a halving its last use falls. Were one
      // enough, a loop would replace entries without end.
      if (own - rivals < (rivals === 0 ? 1 : 2)) return false
    }
    return true
  }

  /** Makes room: the candidate goes, or the entries of the main region that it was used more often than. */
  #evict(keep: number, evicted: (key: string) => void): void {
    const candidate = this.#victimAfter(WINDOW, keep)
    let victim = this.#victimAfter(PROBATION, keep)
    if (victim === 0) victim = candidate
    else if (this.#isOver(WINDOW)) {
      if (this.#isAdmitted(candidate, keep)) this.#move(candidate, PROBATION)
      else victim = candidate
    }
    evicted(this.#drop(victim))
  }

  /** Looks at the share of the window when there were enough uses. */
  #adapt(): void {
    const uses = this.#uses - this.#left
    if (uses < Math.max(MIN_SAMPLE, this.#slots.size / 16)) return
    this.#share = nextShare(this.#share, this.#windowHits, uses - this.#misses)
    this.#uses = this.#left
    this.#windowHits = this.#misses = 0
  }
}
