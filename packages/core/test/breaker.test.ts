import { describe, expect, test } from 'vitest'
import { Breaker } from '../src/breaker.ts'

describe('breaker', () => {
  test('opens after five failures in a row, and lets one call probe after each pause', () => {
    const breaker = new Breaker()
    for (let n = 0; n < 4; n++) breaker.failed(0)
    expect(breaker.allows(0)).toBe(true)
    breaker.succeeded()
    for (let n = 0; n < 5; n++) breaker.failed(0)
    expect(breaker.allows(4_999)).toBe(false)
    expect([breaker.allows(5_000), breaker.allows(5_001)]).toEqual([true, false])
    breaker.failed(5_100)
    expect([breaker.allows(10_099), breaker.allows(10_100)]).toEqual([false, true])
    breaker.succeeded()
    expect([breaker.allows(10_101), breaker.allows(10_101)]).toEqual([true, true])
  })
})
