import { describe, expect, test } from 'vitest'
import { sizeOf, sizeOfString } from '../src/size-of.ts'

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

  test('wide characters take two bytes, and cycles and shared parts end', () => {
    expect(sizeOfString('日本')).toBe(sizeOfString('ab') + 2)
    expect(sizeOfString('日'.repeat(10_000))).toBe(16 + 20_000)
    const shared = { text: 'x'.repeat(1_000) }
    const cycle: Record<string, unknown> = { a: shared, b: shared }
    cycle['self'] = cycle
    expect(sizeOf(cycle)).toBeLessThan(1_200)
  })
})
