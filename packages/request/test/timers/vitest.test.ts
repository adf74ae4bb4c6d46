import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { throttle, timeout } from '../../src/index.ts'
import { SCENARIOS, SCENARIOS_OF_CLOCKS } from './scenarios.ts'

afterEach(() => {
  vi.useRealTimers()
})

const time = { advance: (ms: number): void => void vi.advanceTimersByTime(ms) }

describe("under vitest's timers", () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })

  it.each(Object.entries({ ...SCENARIOS, ...SCENARIOS_OF_CLOCKS }))('%s', (_, run) => run(time))

  it('no timer is left behind by calls that are over', async () => {
    await timeout(async () => 1, '1h')()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe("under vitest's timers alone, without its clocks", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })

  it.each(Object.entries(SCENARIOS))('%s', (_, run) => run(time))
})

it('What was made before the timers of a test, and while they were there, works on when they are gone', async () => {
  const send = throttle(async () => 'sent', { limit: 1, interval: '20ms' })
  const limited = timeout(() => new Promise<never>(() => {}), '20ms')
  await send()
  vi.useFakeTimers()
  const waiting = send()
  vi.advanceTimersByTime(3_600_000)
  expect(await waiting).toBe('sent')
  const hanging = expect(limited()).rejects.toMatchObject({ code: 'ERR_REQUEST_TIMEOUT' })
  vi.advanceTimersByTime(20)
  await hanging
  vi.useRealTimers()
  expect([await send(), await send()]).toEqual(['sent', 'sent'])
  await expect(limited()).rejects.toMatchObject({ code: 'ERR_REQUEST_TIMEOUT' })
})
