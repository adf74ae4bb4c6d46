import { describe, expect, test } from 'vitest'
import { Backoff } from '../src/flights/backoff.ts'

describe('backoff', () => {
  test('P10: remembers ten thousand keys, the last ones', () => {
    const backoff = new Backoff()
    for (let n = 0; n < 10_001; n++) backoff.failed(`k${n}`, 100)
    expect(backoff.waitMs('k0', 0)).toBe(0)
    expect(backoff.waitMs('k1', 40)).toBe(60)
    expect(backoff.waitMs('k1', 100)).toBe(0)
  })

  test('counts down to the instant it was told, of each key on its own', () => {
    const backoff = new Backoff()
    backoff.failed('a', 100)
    backoff.failed('b', 300)
    const waits = [0, 99, 100, 299].map((now) => [backoff.waitMs('a', now), backoff.waitMs('b', now)])
    expect(waits).toEqual([
      [100, 300],
      [1, 201],
      [0, 200],
      [0, 1],
    ])
    expect(backoff.waitMs('never failed', 0)).toBe(0)
  })

  test('a later failure replaces the earlier one, and a success ends it', () => {
    const backoff = new Backoff()
    backoff.failed('k', 100)
    backoff.failed('k', 50)
    expect(backoff.waitMs('k', 0)).toBe(50)
    backoff.succeeded('k')
    expect(backoff.waitMs('k', 0)).toBe(0)
  })

  test('P10: a key that fails again is forgotten last', () => {
    const backoff = new Backoff()
    for (let n = 0; n < 10_000; n++) backoff.failed(`k${n}`, 100)
    backoff.failed('k0', 100)
    backoff.failed('one more', 100)
    expect([backoff.waitMs('k0', 0), backoff.waitMs('k1', 0), backoff.waitMs('k2', 0)]).toEqual([100, 0, 100])
  })
})
