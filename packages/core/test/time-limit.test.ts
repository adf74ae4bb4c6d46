import { type Clock, timeLimit } from '@hotpath/contract'
import { createFakeClock } from '@hotpath/testkit'
import { expect, test } from 'vitest'

/** A clock whose turns end when the test says so. */
function turning() {
  const fake = createFakeClock()
  const ends: (() => void)[] = []
  const clock: Clock = { ...fake, endOfTurn: (callback) => void ends.push(callback) }
  const endTurn = (): void => {
    for (const end of ends.splice(0)) end()
  }
  return { clock, fake, endTurn }
}

test('a limit expires when its time is up', () => {
  const fake = createFakeClock()
  let expired = 0
  timeLimit(fake, 100, () => expired++)
  fake.advance(99)
  expect(expired).toBe(0)
  fake.advance(1)
  expect(expired).toBe(1)
})

test('what arrives in the turn of the event loop in which the time is up is in time', () => {
  const { clock, fake, endTurn } = turning()
  let expired = 0
  const inTime = timeLimit(clock, 100, () => expired++)
  timeLimit(clock, 100, () => expired++)
  fake.advance(100)
  expect(expired).toBe(0)
  inTime()
  endTurn()
  expect(expired).toBe(1)
})

test('time during which the event loop stood still is given once more, up to the limit itself', () => {
  const cases = [
    { stallMs: 40, expiresAt: 140 },
    { stallMs: 60, expiresAt: 220 },
    { stallMs: 6_000, expiresAt: 6_200 },
  ]
  for (const { stallMs, expiresAt } of cases) {
    const fake = createFakeClock()
    let isStalled = true
    // A loop that stands still fires its timers when it goes on.
    const clock: Clock = { ...fake, after: (ms, callback) => fake.after(isStalled ? ms + stallMs : ms, callback) }
    let expiredAt = 0
    timeLimit(clock, 100, () => {
      expiredAt = fake.monotonic()
    })
    isStalled = false
    fake.advance(20_000)
    expect(expiredAt).toBe(expiresAt)
  }
})

test('a limit that has ended leaves no timer', () => {
  const { clock, fake } = turning()
  const end = timeLimit(clock, 100, () => {})
  end()
  end()
  expect(fake.pending).toBe(0)
  timeLimit(clock, Number.POSITIVE_INFINITY, () => {})
  expect(fake.pending).toBe(0)
})
