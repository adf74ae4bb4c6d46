/** W-TinyLFU against a version of it that is written for reading: arrays of keys, and one number per counter. */
import type { Entry } from '@hotpath/contract'
import { createRandom } from '@hotpath/testkit'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrequencySketch, hashOf } from '../src/memory/frequency-sketch.ts'
import { tinyLfu } from '../src/memory/tiny-lfu.ts'
import { FIRST_SHARE, nextShare } from '../src/memory/window-climber.ts'

/** What is kept of a hash. */
function marked(key: string): number {
  return hashOf(key, 7) >>> 6
}

/** Counters by name: `block:row:index`. */
class PlainSketch {
  /** Of eight counters each. */
  #words = 512
  #counters = new Map<string, number>()
  #hand = 0

  #names(hash: number): string[] {
    const product = Math.imul(hash, 0x9e3779b1)
    const block = ((product ^ (product >>> 15)) >>> 6) & (this.#words - 16)
    return [0, 5, 10, 15].map((bits, row) => `${block / 16}:${row}:${(hash >>> bits) & 31}`)
  }
  count(hash: number): number {
    return Math.min(...this.#names(hash).map((name) => this.#counters.get(name) ?? 0))
  }
  raise(hash: number, to: number): void {
    for (const name of this.#names(hash)) this.#counters.set(name, Math.max(to, this.#counters.get(name) ?? 0))
  }
  /** Number of the block that has aged. */
  age(): number {
    const block = this.#hand
    for (const [name, count] of this.#counters) {
      if (name.startsWith(`${block}:`)) this.#counters.set(name, Math.floor(count / 2))
    }
    this.#hand = (block + 1) % (this.#words / 16)
    return block
  }
  fit(entries: number): void {
    if (entries <= this.#words * 2) return
    for (const [name, count] of [...this.#counters]) {
      const [block, ...rest] = name.split(':')
      this.#counters.set([Number(block) + this.#words / 16, ...rest].join(':'), count)
    }
    this.#words *= 2
  }
}

type Segment = 'window' | 'probation' | 'protected'

/** Each segment is a list whose first member was used last. */
class Reference {
  readonly entries = new Map<string, { readonly entry: Entry; readonly bytes: number }>()
  readonly segments: Record<Segment, string[]> = { window: [], probation: [], protected: [] }
  readonly #sketch = new PlainSketch()
  #share = FIRST_SHARE
  #hits = { window: 0, all: 0, missed: 0 }
  /** How often the keys that are here were used, and which place each has: counts age by place. */
  readonly #counts = new Map<string, number>()
  readonly #places = new Map<string, number>()
  #free: number[] = []
  #uses = 0
  readonly #maxEntries: number
  readonly #maxBytes: number

  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  bytesOf(keys: Iterable<string>): number {
    return [...keys].reduce((sum, key) => sum + (this.entries.get(key)?.bytes ?? 0), 0)
  }

  get(key: string): Entry | undefined {
    if (!this.entries.has(key)) return undefined
    this.#age()
    this.#hits.all++
    if (this.#segmentOf(key) === 'window') this.#hits.window++
    // One that is protected, and counted in full, stays where it is.
    const isHot = this.#segmentOf(key) === 'protected' && this.#counts.get(key) === 15
    this.#count(key)
    if (!isHot) this.#use(key)
    return this.entries.get(key)?.entry
  }

  set(key: string, entry: Entry, bytes: number): string[] {
    if (!this.entries.has(key)) {
      this.#age()
      this.#hits.missed++
      this.segments.window.unshift(key)
      this.entries.set(key, { entry, bytes: 0 })
      this.#places.set(key, this.#free.pop() ?? this.#places.size)
      this.#counts.set(key, this.#sketch.count(marked(key)))
      this.#sketch.fit(this.entries.size)
      this.#count(key)
    }
    this.#use(key)
    this.entries.set(key, { entry, bytes })
    const evicted: string[] = []
    while (this.entries.size > this.#maxEntries || this.bytesOf(this.entries.keys()) > this.#maxBytes) {
      evicted.push(this.#evict(key))
      this.#adapt()
    }
    this.#balance('window')
    this.#balance('protected')
    return evicted
  }

  delete(key: string): boolean {
    if (!this.entries.delete(key)) return false
    this.#sketch.raise(marked(key), this.#counts.get(key) as number)
    this.#free.push(this.#places.get(key) as number)
    for (const map of [this.#counts, this.#places]) map.delete(key)
    this.#take(key)
    return true
  }

  clear(): void {
    for (const map of [this.entries, this.#counts, this.#places]) map.clear()
    for (const segment of ['window', 'probation', 'protected'] as const) this.segments[segment] = []
    this.#free = []
  }

  /** The least recently used of a segment first. */
  shrink(toBytes: number, keep: (key: string) => boolean): string[] {
    const evicted: string[] = []
    const { probation, window, protected: safe } = this.segments
    for (const key of [probation, window, safe].flatMap((segment) => segment.toReversed())) {
      if (this.bytesOf(this.entries.keys()) <= toBytes) break
      if (!keep(key) && this.delete(key)) evicted.push(key)
    }
    return evicted
  }

  #count(key: string): void {
    this.#counts.set(key, Math.min(15, (this.#counts.get(key) as number) + 1))
  }

  #age(): void {
    if (++this.#uses % 448 !== 0) return
    const block = this.#sketch.age()
    for (const [one, place] of this.#places) {
      if (Math.floor(place / 32) === block) this.#counts.set(one, Math.floor((this.#counts.get(one) as number) / 2))
    }
  }

  #adapt(): void {
    const { window, all, missed } = this.#hits
    if (all + missed < Math.max(256, this.entries.size / 16)) return
    this.#share = nextShare(this.#share, window, all)
    this.#hits = { window: 0, all: 0, missed: 0 }
  }

  #evict(keep: string): string {
    const main = [...this.segments.protected, ...this.segments.probation].filter((key) => key !== keep).toReversed()
    const candidate = this.segments.window.filter((key) => key !== keep).at(-1)
    const victim = main[0]
    let gone = (victim ?? candidate) as string
    if (victim !== undefined && candidate !== undefined && this.#isOver('window')) {
      if (this.#isAdmitted(candidate, main)) this.#put(candidate, 'probation')
      else gone = candidate
    }
    this.delete(gone)
    return gone
  }

  #isAdmitted(candidate: string, main: readonly string[]): boolean {
    const excess = this.bytesOf(this.entries.keys()) - this.#maxBytes
    const wanted = Math.min(excess, this.bytesOf([candidate]))
    const rivals: string[] = []
    for (const victim of main) {
      rivals.push(victim)
      if (this.bytesOf(rivals) >= wanted) break
    }
    const uses = (keys: readonly string[]): number =>
      keys.reduce((sum, key) => sum + (this.#counts.get(key) as number), 0)
    return uses(rivals) === 0 ? uses([candidate]) >= 1 : uses([candidate]) >= uses(rivals) + 2
  }

  #use(key: string): void {
    const segment = this.#segmentOf(key)
    this.#put(key, segment === 'window' ? 'window' : 'protected')
    if (segment === 'probation') this.#balance('protected')
  }

  #balance(segment: 'window' | 'protected'): void {
    if (this.#isOver(segment)) this.#put(this.segments[segment].at(-1) as string, 'probation')
  }

  #isOver(segment: 'window' | 'protected'): boolean {
    const share = this.#share
    const part = segment === 'window' ? share : (1 - share) * 0.8
    const keys = this.segments[segment]
    return keys.length > 1 && (keys.length > part * this.#maxEntries || this.bytesOf(keys) > part * this.#maxBytes)
  }

  #segmentOf(key: string): Segment {
    const { window, probation } = this.segments
    return window.includes(key) ? 'window' : probation.includes(key) ? 'probation' : 'protected'
  }

  #put(key: string, segment: Segment): void {
    this.#take(key)
    this.segments[segment].unshift(key)
  }

  #take(key: string): void {
    for (const segment of ['window', 'probation', 'protected'] as const) {
      this.segments[segment] = this.segments[segment].filter((one) => one !== key)
    }
  }
}

const bounds = fc.record({
  maxEntries: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(Number.POSITIVE_INFINITY)),
  maxBytes: fc.oneof(fc.integer({ min: 40, max: 400 }), fc.constantFrom(1e9, 1e12)),
  seed: fc.integer(),
})

describe('tinyLfu()', () => {
  test('keeps, and drops, what the plain version would', () => {
    fc.assert(
      fc.property(bounds, ({ maxEntries, maxBytes, seed }) => {
        const random = createRandom(seed)
        const policy = tinyLfu({ seed: 7 })({ maxEntries, maxBytes, random })
        const reference = new Reference(maxEntries, maxBytes)
        for (let step = 0; step < 1_500; step++) {
          const key = `k${Math.floor(random() ** 2 * 80)}`
          const choice = random()
          if (choice < 0.001) {
            policy.clear()
            reference.clear()
          } else if (choice < 0.03) expect(policy.delete(key)).toBe(reference.delete(key))
          else if (choice < 0.035) {
            const [evicted, toBytes]: [string[], number] = [[], random.int(policy.bytes + 1)]
            const keep = (one: string): boolean => one.endsWith('3')
            policy.shrink(toBytes, keep, (gone) => evicted.push(gone))
            expect(evicted).toEqual(reference.shrink(toBytes, keep))
          } else if (choice < 0.6) expect(policy.get(key)).toBe(reference.get(key))
          else {
            const entry = { value: step } as Entry
            const evicted: string[] = []
            const bytes = 1 + random.int(40)
            policy.set(key, entry, bytes, (gone) => evicted.push(gone))
            expect(evicted).toEqual(reference.set(key, entry, bytes))
          }
          expect(policy.size).toBe(reference.entries.size)
        }
        expect(policy.bytes).toBe(reference.bytesOf(reference.entries.keys()))
        expect(new Set(Array.from(policy.entries(), ([key]) => key))).toEqual(new Set(reference.entries.keys()))
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  test('keeps its bounds through a million steps', () => {
    const random = createRandom(3)
    const maxEntries = 1_000
    const maxBytes = 50_000
    const policy = tinyLfu()({ maxEntries, maxBytes, random })
    const stored = new Map<string, number>()
    const drop = (key: string): void => {
      if (!stored.delete(key)) throw new Error(`${key} was evicted twice.`)
    }
    for (let step = 0; step < 1_000_000; step++) {
      const id = Math.floor(random() ** 3 * 5_000)
      const key = `k${id}`
      if (step % 50 === 0 && policy.delete(key)) stored.delete(key)
      if ((policy.get(key) !== undefined) !== stored.has(key)) throw new Error(`${key} is where it should not be.`)
      if (!stored.has(key)) {
        policy.set(key, { value: id } as Entry, 1 + (id % 100), drop)
        stored.set(key, 1 + (id % 100))
      }
      if (policy.size !== stored.size || policy.size > maxEntries || policy.bytes > maxBytes) {
        throw new Error(`There are ${policy.size} entries and ${policy.bytes} bytes.`)
      }
    }
    let bytes = 0
    for (const one of stored.values()) bytes += one
    expect(policy.bytes).toBe(bytes)
  }, 60_000)

  test('measures entries of more than two gigabytes exactly', () => {
    const policy = tinyLfu()({ maxEntries: 100, maxBytes: 2 ** 40, random: createRandom(1) })
    const gone: string[] = []
    const set = (key: string, bytes: number): void => policy.set(key, {} as Entry, bytes, (one) => gone.push(one))
    for (let id = 0; id < 20; id++) set(`small:${id}`, 7)
    set('large', 2 ** 31)
    set('larger', 2 ** 39)
    expect([policy.bytes, gone]).toEqual([140 + 2 ** 31 + 2 ** 39, []])
    set('small:3', 8)
    policy.delete('larger')
    for (let id = 20; id < 60; id++) set(`small:${id}`, 7)
    expect([policy.bytes, policy.size]).toEqual([60 * 7 + 1 + 2 ** 31, 61])
    policy.clear()
    set('large', 2 ** 40)
    set('small', 1)
    expect([policy.bytes, gone.length]).toEqual([1, 1])
  })

  test('takes its seed from the randomness of the cache', () => {
    const evictedWith = (random: () => number): string[] => {
      const policy = tinyLfu()({ maxEntries: 3_000, maxBytes: 1e9, random })
      const evicted: string[] = []
      const keys = createRandom(1)
      for (let step = 0; step < 100_000; step++) {
        const key = `k${Math.floor(keys() ** 2 * 20_000)}`
        if (policy.get(key) === undefined) policy.set(key, {} as Entry, 1, (gone) => evicted.push(gone))
      }
      return evicted
    }
    const first = evictedWith(() => 0.25)
    expect(evictedWith(() => 0.25)).toEqual(first)
    expect(evictedWith(() => 0.75)).not.toEqual(first)
  })

  test('loses no more than a tenth of its hits to a scan ten times its size', () => {
    const hits = (scanned: boolean): number => {
      const random = createRandom(5)
      const policy = tinyLfu({ seed: 1 })({ maxEntries: 1_000, maxBytes: 1e9, random })
      let found = 0
      let scan = 0
      const read = (key: string): boolean => {
        if (policy.get(key) !== undefined) return true
        policy.set(key, { value: key } as Entry, 1, () => {})
        return false
      }
      for (let step = 0; step < 60_000; step++) {
        if (scanned && step >= 30_000 && scan < 10_000) read(`scan:${scan++}`)
        if (read(`k${Math.floor(random() ** 4 * 5_000)}`) && step >= 30_000) found++
      }
      return found
    }
    expect(hits(true)).toBeGreaterThan(0.9 * hits(false))
  })
})

/** Ages each block of a sketch once. */
function ageAll(sketch: FrequencySketch, blocks: number): void {
  for (let block = 0; block < blocks; block++) expect(sketch.age()).toBe(block * 16)
}

describe('the sketch', () => {
  test('never counts too little before it ages, and at most 15', () => {
    const sketch = new FrequencySketch()
    for (let id = 0; id < 100; id++) sketch.raise(hashOf(`k${id}`, 1), id % 16)
    for (let id = 0; id < 100; id++) {
      const count = sketch.raise(hashOf(`k${id}`, 1), 0)
      expect(count).toBeGreaterThanOrEqual(id % 16)
      expect(count).toBeLessThanOrEqual(15)
    }
  })

  test('has keys collide that depend on its seed, and spreads them under another', () => {
    const under = (seed: number, key: string): number => hashOf(key, seed) >>> 6
    const known = new Map<number, string>()
    const pairs: [string, string][] = []
    for (let id = 0; id < 20_000; id++) {
      const other = known.get(under(1, `k${id}`))
      if (other !== undefined) pairs.push([other, `k${id}`])
      known.set(under(1, `k${id}`), `k${id}`)
    }
    expect(pairs.length).toBeGreaterThan(0)
    for (const [one, other] of pairs) expect(under(2, one)).not.toBe(under(2, other))
  })

  test('counts the same when it has grown', () => {
    const sketch = new FrequencySketch()
    const hashes = Array.from({ length: 300 }, (_, id) => hashOf(`k${id}`, 1))
    for (const [id, hash] of hashes.entries()) sketch.raise(hash, id % 9)
    const before = hashes.map((hash) => sketch.raise(hash, 0))
    sketch.fit(1_024)
    sketch.fit(1_025)
    expect(hashes.map((hash) => sketch.raise(hash, 0))).toEqual(before)
    ageAll(sketch, 64)
    expect(sketch.age()).toBe(0)
  })

  test('halves every counter once before it halves one again', () => {
    const sketch = new FrequencySketch()
    const hash = hashOf('k', 1)
    sketch.raise(hash, 13)
    ageAll(sketch, 32)
    expect(sketch.raise(hash, 0)).toBe(6)
    expect(sketch.age()).toBe(0)
  })
})

describe('the window', () => {
  test('grows while it has more hits for its share, and no further than it may', () => {
    let share = FIRST_SHARE
    for (let sample = 0; sample < 100; sample++) share = nextShare(share, 99, 99)
    expect(share).toBe(0.95)
    for (let sample = 0; sample < 100; sample++) share = nextShare(share, 0, 99)
    expect(share).toBe(0.01)
  })

  test('stays as it is where it has as many hits for its share', () => {
    expect(nextShare(0.1, 10, 100)).toBe(0.1)
    expect(nextShare(0.1, 0, 0)).toBe(0.1)
  })
})
