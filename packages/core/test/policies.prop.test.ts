import type { Entry, EvictionPolicyMaker } from '@hotpath/contract'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lru } from '../src/memory/lru.ts'

/** What least recently used means, written for reading: a list whose last member was used last. */
class Reference {
  list: { readonly key: string; readonly entry: Entry; readonly bytes: number }[] = []
  readonly #maxEntries: number
  readonly #maxBytes: number
  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }
  get bytes(): number {
    return this.list.reduce((sum, { bytes }) => sum + bytes, 0)
  }
  get(key: string): Entry | undefined {
    const found = this.list.find((one) => one.key === key)
    if (found !== undefined) this.list = [...this.list.filter((one) => one !== found), found]
    return found?.entry
  }
  set(key: string, entry: Entry, bytes: number): string[] {
    this.list = [...this.list.filter((one) => one.key !== key), { key, entry, bytes }]
    const evicted: string[] = []
    while (this.list.length > this.#maxEntries || this.bytes > this.#maxBytes) {
      evicted.push((this.list.shift() as { readonly key: string }).key)
    }
    return evicted
  }
  shrink(toBytes: number, keep: (key: string) => boolean): string[] {
    const evicted: string[] = []
    for (const { key } of this.list) if (this.bytes > toBytes && !keep(key) && this.delete(key)) evicted.push(key)
    return evicted
  }
  delete(key: string): boolean {
    const before = this.list.length
    this.list = this.list.filter((one) => one.key !== key)
    return this.list.length < before
  }
}

const keys = fc.integer({ min: 0, max: 30 }).map((id) => `k${id}`)
const step = fc.oneof(
  { weight: 60, arbitrary: fc.record({ type: fc.constant('get' as const), key: keys }) },
  { weight: 20, arbitrary: fc.record({ type: fc.constant('peek' as const), key: keys }) },
  {
    weight: 80,
    arbitrary: fc.record({ type: fc.constant('set' as const), key: keys, bytes: fc.integer({ min: 1, max: 40 }) }),
  },
  { weight: 20, arbitrary: fc.record({ type: fc.constant('delete' as const), key: keys }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('shrink' as const),
      toBytes: fc.integer({ min: 0, max: 200 }),
      keep: keys,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('clear' as const) }) },
)

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

const policies: Record<string, EvictionPolicyMaker> = { 'lru()': lru() }

describe.each(Object.entries(policies))('%s', (_, make) => {
  test('keeps, and drops, what a plain list would', () => {
    const run = (maxEntries: number, maxBytes: number, steps: readonly Step[]): void => {
      const policy = make({ maxEntries, maxBytes, random: () => 0.5 })
      const reference = new Reference(maxEntries, maxBytes)
      for (const [index, one] of steps.entries()) {
        if (one.type === 'get') expect(policy.get(one.key)).toBe(reference.get(one.key))
        if (one.type === 'peek')
          expect(policy.peek(one.key)).toBe(reference.list.find(({ key }) => key === one.key)?.entry)
        if (one.type === 'delete') expect(policy.delete(one.key)).toBe(reference.delete(one.key))
        if (one.type === 'shrink') {
          const evicted: string[] = []
          policy.shrink(
            one.toBytes,
            (key) => key === one.keep,
            (key) => evicted.push(key),
          )
          expect(evicted).toEqual(reference.shrink(one.toBytes, (key) => key === one.keep))
        }
        if (one.type === 'clear') {
          policy.clear()
          reference.list = []
        }
        if (one.type === 'set') {
          const entry = { value: index } as Entry
          const evicted: string[] = []
          policy.set(one.key, entry, one.bytes, (key) => evicted.push(key))
          expect(evicted).toEqual(reference.set(one.key, entry, one.bytes))
          expect(policy.peek(one.key)).toBe(entry)
        }
        expect(policy.size).toBe(reference.list.length)
        expect(policy.bytes).toBe(reference.bytes)
      }
      expect(new Map(policy.entries())).toEqual(new Map(reference.list.map(({ key, entry }) => [key, entry])))
    }
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(Number.POSITIVE_INFINITY)),
        fc.integer({ min: 40, max: 400 }),
        fc.array(step, { maxLength: 200 }),
        run,
      ),
      { numRuns: 300 },
    )
  })

  test('what is deleted while entries are looked at disturbs nothing', () => {
    const policy = make({ maxEntries: 100, maxBytes: 1_000, random: () => 0.5 })
    for (let id = 0; id < 50; id++) policy.set(`k${id}`, { value: id } as Entry, 1, () => {})
    const seen: string[] = []
    for (const [key] of policy.entries()) {
      seen.push(key)
      policy.delete(key)
    }
    expect(new Set(seen).size).toBe(50)
    expect(policy.size).toBe(0)
    expect(policy.bytes).toBe(0)
  })
})
