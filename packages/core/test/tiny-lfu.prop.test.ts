/** W-TinyLFU against a version of it that is written for reading: arrays of keys, and one number per counter. */
import type { Entry } from '@hotpath/contract'
import { createRandom } from '@hotpath/testkit'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrequencySketch, hashOf } from '../src/memory/frequency-sketch.ts'
import { tinyLfu } from '../src/memory/tiny-lfu.ts'
import { WindowClimber } from '../src/memory/window-climber.ts'

/** Counters by name: `block:row:index`. */
class PlainSketch {
  span = 512
  #counters = new Map<string, number>()
  #hand = 0
  #additions = 0

  #names(hash: number): string[] {
    const product = Math.imul(hash, 0x9e3779b1)
    const block = ((product ^ (product >>> 15)) >>> 6) & (this.span - 8)
    return [0, 5, 10, 15].map((bits, row) => `${block / 8}:${row}:${(hash >>> bits) & 31}`)
  }
  estimate(hash: number): number {
    return Math.min(...this.#names(hash).map((name) => this.#counters.get(name) ?? 0))
  }
  add(hash: number): void {
    for (const name of this.#names(hash)) this.#counters.set(name, Math.min(15, (this.#counters.get(name) ?? 0) + 1))
    this.#additions++
    if (this.#additions % 80 !== 0) return
    for (const [name, count] of this.#counters) {
      if (name.startsWith(`${this.#hand}:`)) this.#counters.set(name, Math.floor(count / 2))
    }
    this.#hand = (this.#hand + 1) % (this.span / 8)
  }
  fit(entries: number): void {
    if (entries <= this.span) return
    for (const [name, count] of [...this.#counters]) {
      const [block, ...rest] = name.split(':')
      this.#counters.set([Number(block) + this.span / 8, ...rest].join(':'), count)
    }
    this.span *= 2
  }
}

type Segment = 'window' | 'probation' | 'protected'

/** Each segment is a list whose first member was used last. */
class Reference {
  readonly entries = new Map<string, { readonly entry: Entry; readonly bytes: number }>()
  readonly segments: Record<Segment, string[]> = { window: [], probation: [], protected: [] }
  readonly #sketch = new PlainSketch()
  readonly #climber = new WindowClimber()
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
    this.#sketch.add(hashOf(key, 7))
    this.#climber.hit(this.#segmentOf(key) === 'window')
    this.#use(key)
    return this.entries.get(key)?.entry
  }

  set(key: string, entry: Entry, bytes: number): string[] {
    if (!this.entries.has(key)) {
      this.segments.window.unshift(key)
      this.entries.set(key, { entry, bytes: 0 })
      this.#sketch.fit(this.entries.size)
      this.#sketch.add(hashOf(key, 7))
    }
    this.#use(key)
    this.entries.set(key, { entry, bytes })
    const evicted: string[] = []
    while (this.entries.size > this.#maxEntries || this.bytesOf(this.entries.keys()) > this.#maxBytes) {
      evicted.push(this.#evict(key))
      this.#climber.miss(this.#sketch.span / 4)
    }
    this.#balance('window')
    this.#balance('protected')
    return evicted
  }

  delete(key: string): boolean {
    if (!this.entries.delete(key)) return false
    this.#take(key)
    return true
  }

  clear(): void {
    for (const key of [...this.entries.keys()]) this.delete(key)
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
      keys.reduce((sum, key) => sum + this.#sketch.estimate(hashOf(key, 7)), 0)
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
    const { share } = this.#climber
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
  maxBytes: fc.oneof(fc.integer({ min: 40, max: 400 }), fc.constant(1e9)),
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
          else if (choice < 0.6) expect(policy.get(key)).toBe(reference.get(key))
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
  })

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

describe('the sketch', () => {
  test('never counts too little before it ages, and at most 15', () => {
    const sketch = new FrequencySketch()
    for (let id = 0; id < 20; id++) for (let use = 0; use < id % 4; use++) sketch.add(hashOf(`k${id}`, 1))
    for (let id = 0; id < 20; id++) expect(sketch.estimate(hashOf(`k${id}`, 1))).toBeGreaterThanOrEqual(id % 4)
    for (let use = 0; use < 60; use++) sketch.add(hashOf('k1', 1))
    expect(sketch.estimate(hashOf('k1', 1))).toBeLessThanOrEqual(15)
  })

  test('estimates the same when it has grown', () => {
    const sketch = new FrequencySketch()
    const hashes = Array.from({ length: 300 }, (_, id) => hashOf(`k${id}`, 1))
    for (const [id, hash] of hashes.entries()) for (let use = 0; use < id % 9; use++) sketch.add(hash)
    const before = hashes.map((hash) => sketch.estimate(hash))
    sketch.fit(513)
    expect(sketch.span).toBe(1024)
    expect(hashes.map((hash) => sketch.estimate(hash))).toEqual(before)
  })

  test('halves every counter once in ten times its span', () => {
    const sketch = new FrequencySketch()
    const hash = hashOf('k', 1)
    for (let use = 0; use < 12; use++) sketch.add(hash)
    const others = Array.from({ length: 10 * sketch.span }, () => hashOf('other', 1))
    for (const other of others) sketch.add(other)
    expect(sketch.estimate(hash)).toBe(6)
  })
})

describe('the window', () => {
  test('grows while it has more hits for its share, and no further than it may', () => {
    const climber = new WindowClimber()
    for (let sample = 0; sample < 100; sample++) {
      for (let use = 0; use < 99; use++) climber.hit(true)
      climber.miss(100)
    }
    expect(climber.share).toBe(0.95)
    for (let sample = 0; sample < 100; sample++) {
      for (let use = 0; use < 99; use++) climber.hit(false)
      climber.miss(100)
    }
    expect(climber.share).toBe(0.01)
  })

  test('stays as it is where it has as many hits for its share', () => {
    const climber = new WindowClimber()
    for (let use = 0; use < 100; use++) climber.hit(use < 10)
    climber.miss(100)
    expect(climber.share).toBe(0.1)
  })
})
