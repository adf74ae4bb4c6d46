import { createFakeClock, createRandom } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { Timeline } from '../src/time/timeline.ts'

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

  test('a machine that slept has aged by the time that passed', () => {
    const clock = createFakeClock()
    const timeline = new Timeline(clock)
    clock.advance(100)
    clock.suspend(60_000)
    clock.advance(100)
    expect(timeline.elapsed()).toBe(60_200)
    clock.advance(100)
    expect(timeline.elapsed()).toBe(60_300)
  })

  test('never runs back nor behind the monotonic clock, whatever the wall clock does', () => {
    const random = createRandom(17)
    const clock = createFakeClock()
    const timeline = new Timeline(clock)
    let [last, lastRecent] = [0, 0]
    for (let step = 0; step < 2_000; step++) {
      const ms = random.int(2_000)
      random.pick([
        () => clock.advance(ms),
        () => clock.suspend(ms),
        () => clock.jumpWall(ms),
        () => clock.jumpWall(-ms),
      ])()
      if (random.chance(0.3)) continue
      const [elapsed, recent] = [timeline.elapsed(), timeline.recent()]
      expect(Number.isInteger(elapsed)).toBe(true)
      expect(elapsed).toBeGreaterThanOrEqual(Math.max(last, clock.monotonic()))
      expect(recent).toBeGreaterThanOrEqual(lastRecent)
      expect(recent).toBeLessThanOrEqual(elapsed)
      last = elapsed
      lastRecent = recent
    }
  })

  test('parts of milliseconds add up', () => {
    const clock = createFakeClock()
    const timeline = new Timeline(clock)
    const readings = Array.from({ length: 10 }, () => {
      clock.advance(0.25)
      return timeline.elapsed()
    })
    expect(readings).toEqual([0, 0, 0, 1, 1, 1, 1, 2, 2, 2])
  })

  test('keeps one timer at most, none while nobody reads, and none after close', () => {
    const clock = createFakeClock()
    const timeline = new Timeline(clock)
    timeline.elapsed()
    expect(clock.pending).toBe(0)
    for (let use = 0; use < 1_000; use++) timeline.recent()
    expect(clock.pending).toBe(1)
    clock.advance(1)
    expect(clock.pending).toBe(0)
    timeline.recent()
    timeline.close()
    timeline.close()
    expect(clock.pending).toBe(0)
  })
})
