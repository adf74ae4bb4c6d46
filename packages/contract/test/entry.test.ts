import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ageOf, createEntry, deadAt, isHotpathError, parseToken, toToken } from '../src/index.ts'

/** An entry made at 1,000 that is fresh for 10, stale for 20 and good for a failing loader for 30. */
function entry(windows: { freshMs?: number; staleMs?: number; errorMs?: number } = {}) {
  const { freshMs = 10, staleMs = 20, errorMs = 30 } = windows
  return createEntry({
    value: 1,
    tags: [],
    createdAt: 1_000,
    freshMs,
    staleMs,
    errorMs,
    epoch: 'e',
    asOf: 0,
    aheadMs: 0,
  })
}

describe('the age of an entry', () => {
  test('P8: the windows add up, each ending just before its last millisecond is over', () => {
    const ages = [1_000, 1_009, 1_010, 1_029, 1_030, 1_059, 1_060].map((now) => ageOf(entry(), now))
    expect(ages).toEqual(['fresh', 'fresh', 'stale', 'stale', 'stale-if-error', 'stale-if-error', 'dead'])
    expect(deadAt(entry())).toBe(1_060)
  })

  test('P8: a soft invalidation ends the fresh window and no other', () => {
    const ages = [1_000, 1_029, 1_030, 1_060].map((now) => ageOf(entry(), now, true))
    expect(ages).toEqual(['stale', 'stale', 'stale-if-error', 'dead'])
    expect(ageOf(entry({ staleMs: 0 }), 1_000, true)).toBe('stale-if-error')
    expect(ageOf(entry({ staleMs: 0, errorMs: 0 }), 1_000, true)).toBe('dead')
  })

  test('windows that are off are passed over, and Infinity never ends', () => {
    expect(ageOf(entry({ staleMs: 0 }), 1_010)).toBe('stale-if-error')
    expect(ageOf(entry({ staleMs: 0, errorMs: 0 }), 1_010)).toBe('dead')
    expect(ageOf(entry({ freshMs: Infinity }), Number.MAX_SAFE_INTEGER)).toBe('fresh')
  })

  test('never gets younger', () => {
    const order = ['fresh', 'stale', 'stale-if-error', 'dead']
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), fc.nat(100), fc.boolean(), (freshMs, staleMs, errorMs, expired) => {
        const one = entry({ freshMs, staleMs, errorMs })
        const ages = Array.from({ length: 310 }, (_, step) => order.indexOf(ageOf(one, 1_000 + step, expired)))
        expect(ages).toEqual(ages.toSorted((a, b) => a - b))
        expect(ages.at(-1)).toBe(3)
      }),
    )
  })
})

describe('tokens', () => {
  test('read back what was written', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{1,64}$/), fc.maxSafeNat(), (epoch, position) => {
        expect(parseToken(toToken({ epoch, position }))).toEqual({ epoch, position })
      }),
    )
  })

  test('refuse everything else', () => {
    for (const other of [
      '',
      'e',
      '.1',
      'e.',
      'e.x',
      'e.-1',
      'e.1.2',
      'e.99999999999999999',
      'ä.1',
      5,
      null,
      undefined,
    ]) {
      try {
        parseToken(other as never)
        expect.unreachable(String(other))
      } catch (error) {
        expect(isHotpathError(error, 'ERR_TOKEN_INVALID')).toBe(true)
      }
    }
  })
})
