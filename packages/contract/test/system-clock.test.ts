import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../src/system-clock.ts'
import { systemClock as clockOfPages } from '../src/system-clock.production.ts'

const DAY_MS = 86_400_000

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe.each([
  ['the clock of the machine', systemClock],
  ['that of pages', clockOfPages],
])('%s', (_, clock) => {
  test('calls once, when the time is over', () => {
    const called = vi.fn()
    clock.after(500, called)
    vi.advanceTimersByTime(499)
    expect(called).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    vi.advanceTimersByTime(5_000)
    expect(called).toHaveBeenCalledTimes(1)
  })

  test('keeps delays that are longer than a timer of the platform takes', () => {
    const called = vi.fn()
    const cancelled = vi.fn()
    clock.after(60 * DAY_MS, called)
    const cancel = clock.after(60 * DAY_MS, cancelled)
    vi.advanceTimersByTime(59 * DAY_MS)
    expect(called).not.toHaveBeenCalled()
    cancel()
    vi.advanceTimersByTime(DAY_MS)
    expect([called.mock.calls.length, cancelled.mock.calls.length]).toEqual([1, 0])
  })

  test('never calls after an infinite time, and makes no timer for it', () => {
    clock.after(Number.POSITIVE_INFINITY, () => expect.unreachable())()
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('a page has no process to hold', () => {
  expect([typeof systemClock.hold, typeof clockOfPages.hold]).toEqual(['function', 'undefined'])
})
