import { createFakeClock } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { Timeline } from '../src/timeline.ts'

describe('timeline', () => {
  test('recent readings are renewed after a millisecond or 64 uses', () => {
    const clock = createFakeClock()
    const timeline = new Timeline(clock)
    expect(timeline.recent()).toBe(0)
    clock.advance(1)
    expect(timeline.recent()).toBe(1)
    clock.suspend(1_000)
    // Timers do not run while the machine sleeps, so only the uses count.
    for (let use = 0; use < 64; use++) timeline.recent()
    expect(timeline.recent()).toBe(1_001)
    timeline.close()
    expect(clock.pending).toBe(0)
  })

  test('a wall clock that is set back, or drifts a little, changes nothing', () => {
    const clock = createFakeClock()
    const timeline = new Timeline(clock)
    clock.jumpWall(-3_600_000)
    clock.advance(10)
    expect(timeline.elapsed()).toBe(10)
    clock.jumpWall(200)
    expect(timeline.elapsed()).toBe(10)
    clock.jumpWall(10_000)
    expect(timeline.elapsed()).toBe(10_010)
  })
})
