import { describe, expect, test } from 'vitest'
import { sizeOf, sizeOfString } from '../src/memory/size-of.ts'

describe('sizes', () => {
  test('grow with what is held', () => {
    const holders: ((text: string) => unknown)[] = [
      (text) => text,
      (text) => ({ text }),
      (text) => [text],
      (text) => ({ list: [text, 1, null] }),
      (text) => ({ deep: { deeper: [{ text }] } }),
      (text) => new Map([[text, 1]]),
      (text) => new Set([text]),
      (text) => new Error(text),
      (text) => new TextEncoder().encode(text),
    ]
    for (const hold of holders) {
      const [small, large] = [sizeOf(hold('x')), sizeOf(hold('x'.repeat(10_001)))]
      expect(large - small).toBeGreaterThanOrEqual(9_999)
      expect(large - small).toBeLessThanOrEqual(2 * 10_000 + 10)
    }
  })

  test('a list is as large as what it has, however long it says it is', () => {
    const sparse: unknown[] = ['x'.repeat(1_000)]
    sparse.length = 4e9
    sparse[3e9] = { text: 'y'.repeat(1_000) }
    for (const value of [sparse, { sparse }, [sparse]]) {
      expect(sizeOf(value)).toBeGreaterThan(2_000)
      expect(sizeOf(value)).toBeLessThan(20_000)
    }
    const dense = Array.from({ length: 5_000 }, (_, n) => n)
    expect(sizeOf({ dense })).toBeGreaterThan(5_000 * 24)
  })

  test('wide characters take two bytes, and cycles and shared parts end', () => {
    expect(sizeOfString('日本')).toBe(sizeOfString('ab') + 2)
    expect(sizeOfString('日'.repeat(10_000))).toBe(16 + 20_000)
    const shared = { text: 'x'.repeat(1_000) }
    const cycle: Record<string, unknown> = { a: shared, b: shared }
    cycle['self'] = cycle
    expect(sizeOf(cycle)).toBeLessThan(1_200)
  })

  test('one wide character makes all of a string wide, wherever it is, and of a long one where it is looked at', () => {
    for (const length of [1, 8, 9, 100, 1_000]) {
      for (let at = 0; at < length; at++) {
        const text = `${'x'.repeat(at)}…${'x'.repeat(length - at - 1)}`
        expect(sizeOfString(text)).toBe(16 + length * 2)
      }
      expect(sizeOfString('ÿ'.repeat(length))).toBe(16 + length)
    }
    expect(sizeOfString('…'.repeat(1_001))).toBe(16 + 2_002)
    expect(sizeOfString('ÿ'.repeat(1_001))).toBe(16 + 1_001)
  })

  test('of what takes no room of its own are nothing, of numbers little', () => {
    for (const value of [null, undefined, true, false, Symbol('s'), () => 1]) expect(sizeOf(value)).toBe(0)
    for (const value of [0, -1.5, Number.NaN, 10n]) {
      expect(sizeOf(value)).toBeGreaterThan(0)
      expect(sizeOf(value)).toBeLessThanOrEqual(32)
    }
    expect(sizeOf(1n << 80_000n)).toBeGreaterThanOrEqual(10_000)
  })

  test('of buffers are the bytes that they show', () => {
    const buffer = new ArrayBuffer(10_000)
    for (const view of [buffer, new Float64Array(1_250), new DataView(buffer), new BigInt64Array(1_250)]) {
      expect(sizeOf(view)).toBeGreaterThanOrEqual(10_000)
      expect(sizeOf(view)).toBeLessThan(10_200)
    }
    expect(sizeOf(new Uint8Array(buffer, 0, 10))).toBeLessThan(200)
    expect(sizeOf({ deep: { view: new Uint8Array(10_000) } })).toBeGreaterThanOrEqual(10_000)
  })

  test('grow by a place for each member, whatever holds them', () => {
    const holders: ((count: number) => unknown)[] = [
      (count) => Array.from({ length: count }, () => true),
      (count) => new Set(Array.from({ length: count }, (_, n) => n % 2 === 0 || n)),
      (count) => new Map(Array.from({ length: count }, (_, n) => [n, true])),
      (count) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`m${n}`, true])),
      (count) => ({ inner: Object.fromEntries(Array.from({ length: count }, (_, n) => [`m${n}`, true])) }),
    ]
    for (const hold of holders) {
      const each = (sizeOf(hold(1_000)) - sizeOf(hold(0))) / 1_000
      expect(each).toBeGreaterThanOrEqual(8)
      expect(each).toBeLessThanOrEqual(64)
    }
  })

  test('count keys and values of maps, in both a plain and a nested place', () => {
    const text = 'x'.repeat(1_000)
    expect(sizeOf(new Map([[text, `${text}!`]]))).toBeGreaterThanOrEqual(2_000)
    expect(sizeOf([{ map: new Map([[{ text }, new Set([`${text}!`])]]) }])).toBeGreaterThanOrEqual(2_000)
  })

  test('end for cycles through maps, sets, lists and errors, and for what is nested a hundred thousand deep', () => {
    const [map, set, list] = [new Map<unknown, unknown>(), new Set<unknown>(), [] as unknown[]]
    const error = Object.assign(new Error('x'), { map })
    map.set(map, set)
    set.add(list).add(set)
    list.push(error, list)
    expect(sizeOf(map)).toBeGreaterThan(0)
    let chain: object = {}
    for (let depth = 0; depth < 100_000; depth++) chain = { chain }
    expect(sizeOf(chain)).toBeGreaterThanOrEqual(100_000 * 8)
  })
})
