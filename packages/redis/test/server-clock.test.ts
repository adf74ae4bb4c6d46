import { expect, test } from 'vitest'
import { ServerClock } from '../src/server-clock.ts'

const HOUR = 3_600_000

test('an entry is never younger than it is, and never of the future', () => {
  const clock = new ServerClock()
  // Asked at 100, answered at 110: the server said 1,000,000.
  clock.sample(1_000_000, 100, 110)
  expect(clock.toServer(110)).toBe(1_000_000)
  expect(clock.fromServer(1_000_000, 200)).toBe(100)
  expect(clock.fromServer(1_000_105, 110)).toBe(110)
})

test('what was stored before the clock was set back is of an unknown age', () => {
  const clock = new ServerClock()
  clock.sample(10 * HOUR, 0, 0)
  const storedAt = clock.toServer(0)
  clock.sample(9 * HOUR + 1_000, 1_000, 1_000)
  expect(clock.fromServer(storedAt, 1_000)).toBe(Number.NEGATIVE_INFINITY)
  // A step that only keeps it in time.
  expect(clock.fromServer(9 * HOUR + 1_500, 1_000)).toBe(1_000)
})
