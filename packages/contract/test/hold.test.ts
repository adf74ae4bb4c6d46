import { expect, test } from 'vitest'
import { systemClock } from '../src/system-clock.ts'

/** Timers that keep this process alive. */
const holding = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length

test('the process is held until the last of those that hold it has released it, again and again', () => {
  const before = holding()
  for (let round = 0; round < 3; round++) {
    const first = systemClock.hold?.()
    const second = systemClock.hold?.()
    expect(holding()).toBe(before + 1)
    first?.()
    first?.()
    expect(holding()).toBe(before + 1)
    second?.()
    expect(holding()).toBe(before)
  }
})
