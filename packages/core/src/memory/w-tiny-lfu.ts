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
 * An entry has a slot: four numbers of one typed array, so that a hit finds all that it needs in one line of the processor's
 * cache. The three lists are rings of slots, closed by the first three, which hold no entry; slots that are free are a list
 * too. An operation takes constant time and makes no object; moves from segment to segment that a change of the window
 * calls for are spread over the operations that follow, one each.
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
  MARK,
  MAX_COUNT,
  PROBATION,
  PROTECTED,
  PROTECTED_SHARE,
  SEGMENT,
  SEGMENT_SHIFT,
  SIZE,
  SLOT,
  WINDOW,
} from './slot-table.ts'
import { frequencySketch, hashOf } from './frequency-sketch.ts'
import { FIRST_SHARE, nextShare } from './window-climber.ts'

/** @param seed - Decides which keys share a counter. */
export function openTinyLfu(bounds: EvictionBounds, seed: number): EvictionPolicy {
  const slots = new Map<string, number>()
  // No sum of sizes overflows: while there is too much, there is less than twice as much as there may be.
  const Table = bounds.maxBytes < 2 ** 30 ? Int32Array : Float64Array
  let table = new Table(0)
  /** The key and the entry of each slot. */
  const items: unknown[] = []
  /** First of the free slots; where the table ends when there is none. */
  let free = 0
  let allBytes = 0
  /** Since counts aged last. */
  let uses = 0
  const sketch = frequencySketch()
  /** Part of the room that the window has. */
  let share = FIRST_SHARE
  /** Since the share was looked at last. */
  let hits = 0
  let windowHits = 0
  let misses = 0

  const countAt = (slot: number): number => (table[slot + MARK] as number) & MAX_COUNT
  const segmentAt = (slot: number): number => ((table[slot + MARK] as number) & SEGMENT) >> SEGMENT_SHIFT
  const entryAt = (slot: number): Entry | undefined => items[(slot >> 1) + 1] as Entry | undefined

  function unlink(slot: number): void {
    const before = table[slot] as number
    const after = table[slot + AFTER] as number
    table[before + AFTER] = after
    table[after] = before
  }

  /** Takes a slot from where it is, and puts it first in the ring of a segment. */
  function link(slot: number, segment: number): void {
    const newest = table[segment + AFTER] as number
    if (newest === slot) return
    unlink(slot)
    table[slot] = segment
    table[slot + AFTER] = newest
    table[newest] = table[segment + AFTER] = slot
  }

  function count(segment: number, entries: number, bytes: number): void {
    table[segment + ENTRIES] = (table[segment + ENTRIES] as number) + entries
    table[segment + SIZE] = (table[segment + SIZE] as number) + bytes
  }

  /** Makes a slot the most recently used one of another segment. */
  function move(slot: number, segment: number): void {
    const bytes = table[slot + SIZE] as number
    count(segmentAt(slot), -1, -bytes)
    count(segment, 1, bytes)
    table[slot + MARK] = ((table[slot + MARK] as number) & ~SEGMENT) | (segment << SEGMENT_SHIFT)
    link(slot, segment)
  }

  function isOver(segment: number): boolean {
    const part = segment === WINDOW ? share : (1 - share) * PROTECTED_SHARE
    const entries = table[segment + ENTRIES] as number
    return (
      entries > 1 && (entries > part * bounds.maxEntries || (table[segment + SIZE] as number) > part * bounds.maxBytes)
    )
  }

  /** Puts the least recently used of a segment that has too many on probation. */
  function balance(segment: number): void {
    if (isOver(segment)) move(table[segment] as number, PROBATION)
  }

  /** Makes a slot the most recently used one of the segment where its use puts it. */
  function use(slot: number): void {
    const segment = segmentAt(slot)
    if (segment !== PROBATION) link(slot, segment)
    else {
      move(slot, PROTECTED)
      balance(PROTECTED)
    }
  }

  function resize(slot: number, bytes: number, entries: number): void {
    const more = bytes - (table[slot + SIZE] as number)
    table[slot + SIZE] = bytes
    allBytes += more
    count(segmentAt(slot), entries, more)
  }

  function grow(): void {
    const { length } = table
    // One more than may stay: the new entry comes in before another goes.
    const most = (bounds.maxEntries + 1) * SLOT + FIRST_ENTRY
    const from = table
    table = new Table(Math.min(length * 2 || FIRST_LENGTH, most))
    table.set(from)
    items.length = table.length / 2
    for (let slot = length; slot < table.length; slot += SLOT) table[slot + AFTER] = slot + SLOT
  }

  /** Counts a use, and halves the counts of some keys, of those that are here and those that are gone, now and then. */
  function used(slot: number): void {
    if (countAt(slot) < MAX_COUNT) table[slot + MARK] = (table[slot + MARK] as number) + 1
    if (++uses < AGING_STEP) return
    uses = 0
    const first = sketch.age() * SLOT + FIRST_ENTRY
    const end = Math.min(first + BLOCK * SLOT, table.length)
    for (let slot = first; slot < end; slot += SLOT)
      table[slot + MARK] = (table[slot + MARK] as number) - ((countAt(slot) + 1) >> 1)
  }

  /** A slot for a new key, in the window. */
  function take(key: string): number {
    if (free === table.length) grow()
    const slot = free
    free = table[slot + AFTER] as number
    const hash = hashOf(key, seed) >>> HASH_SHIFT
    table[slot] = table[slot + AFTER] = slot
    table[slot + MARK] = (hash << HASH_SHIFT) | sketch.raise(hash, 0)
    table[slot + SIZE] = 0
    items[slot >> 1] = key
    slots.set(key, slot)
    count(WINDOW, 1, 0)
    sketch.fit(slots.size)
    used(slot)
    return slot
  }

  /** Removes a slot's entry, and returns its key. */
  function drop(slot: number): string {
    const key = items[slot >> 1] as string
    slots.delete(key)
    sketch.raise((table[slot + MARK] as number) >>> HASH_SHIFT, countAt(slot))
    resize(slot, 0, -1)
    unlink(slot)
    items[slot >> 1] = items[(slot >> 1) + 1] = undefined
    table[slot + AFTER] = free
    free = slot
    return key
  }

  /** The next that would go after this one: those on probation first, from the least recently used; 0: there is none. */
  function victimAfter(slot: number, keep: number): number {
    let next = table[slot] as number
    if (next === keep) next = table[next] as number
    if (next === PROBATION) return victimAfter(PROTECTED, keep)
    return next === PROTECTED ? 0 : next
  }

  /** Whether a candidate was used more often than all those together that would make as much room. */
  function isAdmitted(candidate: number, keep: number): boolean {
    const own = countAt(candidate)
    let wanted = Math.max(1, Math.min(allBytes - bounds.maxBytes, table[candidate + SIZE] as number))
    let rivals = 0
    for (let victim = PROBATION; wanted > 0; wanted -= table[victim + SIZE] as number) {
      victim = victimAfter(victim, keep)
      if (victim === 0) break
      rivals += countAt(victim)
      // By two: a candidate was used just now, and it is chance on which side of a halving its last use falls. Were one
      // enough, a loop would replace entries without end.
      if (own - rivals < (rivals === 0 ? 1 : 2)) return false
    }
    return true
  }

  /** Makes room: the candidate goes, or the entries of the main region that it was used more often than. */
  function evict(keep: number, evicted: (key: string) => void): void {
    const candidate = victimAfter(WINDOW, keep)
    let victim = victimAfter(PROBATION, keep)
    if (victim === 0) victim = candidate
    else if (isOver(WINDOW)) {
      if (isAdmitted(candidate, keep)) move(candidate, PROBATION)
      else victim = candidate
    }
    evicted(drop(victim))
  }

  /** Gives the room back. How often keys were used that had gone before is as true as ever. */
  function clear(): void {
    slots.clear()
    items.length = 0
    allBytes = 0
    free = FIRST_ENTRY
    table = new Table(0)
    grow()
    for (let head = 0; head < FIRST_ENTRY; head += SLOT) table[head] = table[head + AFTER] = head
  }

  clear()
  return {
    get size() {
      return slots.size
    },
    get bytes() {
      return allBytes
    },
    get(key) {
      const slot = slots.get(key)
      if (slot === undefined) return undefined
      hits++
      if (segmentAt(slot) === WINDOW) windowHits++
      used(slot)
      use(slot)
      return entryAt(slot)
    },
    peek(key) {
      const slot = slots.get(key)
      return slot === undefined ? undefined : entryAt(slot)
    },
    set(key, entry, bytes, evicted) {
      const slot = slots.get(key) ?? take(key)
      // Not counted: a replacement is no use of its own, and `take` has counted the first.
      use(slot)
      items[(slot >> 1) + 1] = entry
      resize(slot, bytes, 0)
      // It ends before this one, which fits by itself.
      while (slots.size > bounds.maxEntries || allBytes > bounds.maxBytes) {
        evict(slot, evicted)
        if (++misses + hits >= sketch.span / 4) {
          share = nextShare(share, windowHits, hits)
          hits = windowHits = misses = 0
        }
      }
      balance(WINDOW)
      balance(PROTECTED)
    },
    delete(key) {
      const slot = slots.get(key)
      if (slot !== undefined) drop(slot)
      return slot !== undefined
    },
    clear,
    *entries() {
      for (const [key, slot] of slots) yield [key, entryAt(slot) as Entry]
    },
    shrink(toBytes, keep, evicted) {
      for (const segment of [PROBATION, WINDOW, PROTECTED]) {
        let slot = table[segment] as number
        while (slot !== segment) {
          if (allBytes <= toBytes) return
          const before = table[slot] as number
          if (!keep(items[slot >> 1] as string)) evicted(drop(slot))
          slot = before
        }
      }
    },
  }
}
