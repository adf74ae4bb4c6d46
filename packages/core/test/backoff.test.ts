import { describe, expect, test } from 'vitest'
import { Backoff } from '../src/backoff.ts'

describe('backoff', () => {
  test('P10: remembers ten thousand keys, the last ones', () => {
    const backoff = new Backoff()
    for (let n = 0; n < 10_001; n++) backoff.failed(`k${n}`, 100)
    expect(backoff.waitMs('k0', 0)).toBe(0)
    expect(backoff.waitMs('k1', 40)).toBe(60)
    expect(backoff.waitMs('k1', 100)).toBe(0)
  })
})
