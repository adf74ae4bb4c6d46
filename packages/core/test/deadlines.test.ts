import { createFakeClock } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { Deadlines } from '@hotpath/contract/deadlines'

describe('deadlines', () => {
  test('each operation ends when its own time is up, by one timer for all', () => {
    const clock = createFakeClock()
    const deadlines = new Deadlines(clock, 100)
    const late: string[] = []
    deadlines.begin(() => late.push('first'))
    clock.advance(60)
    deadlines.begin(() => late.push('second'))
    expect(clock.pending).toBe(1)
    clock.advance(40)
    expect(late).toEqual(['first'])
    clock.advance(59)
    expect(late).toEqual(['first'])
    clock.advance(1)
    expect(late).toEqual(['first', 'second'])
    expect(clock.pending).toBe(0)
  })

  test('what has ended is left alone, and the next one has all of its time', () => {
    const clock = createFakeClock()
    const deadlines = new Deadlines(clock, 100)
    const late: string[] = []
    deadlines.end(deadlines.begin(() => late.push('ended')))
    clock.advance(90)
    deadlines.begin(() => late.push('next'))
    clock.advance(99)
    expect(late).toEqual([])
    clock.advance(1)
    expect(late).toEqual(['next'])
  })

  test('close ends all, tells that they are not late, and leaves no timer', () => {
    const clock = createFakeClock()
    const deadlines = new Deadlines(clock, 100)
    const told: boolean[] = []
    deadlines.begin((isLate) => told.push(isLate))
    deadlines.close()
    deadlines.close()
    expect([told, clock.pending]).toEqual([[false], 0])
  })

  test('without a limit nothing is late and no timer runs, and close still ends it', () => {
    const clock = createFakeClock()
    const deadlines = new Deadlines(clock, Number.POSITIVE_INFINITY)
    const told: boolean[] = []
    deadlines.begin((isLate) => told.push(isLate))
    clock.advance(1e9)
    expect([told, clock.pending]).toEqual([[], 0])
    deadlines.close()
    expect(told).toEqual([false])
  })
})
