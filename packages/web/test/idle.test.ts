import { createFakeClock } from '@hotpath/testkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createIdle } from '../src/index.ts'
import { createFakeIdle } from '../src/testing/index.ts'

afterEach(() => vi.unstubAllGlobals())

describe('without idle callbacks', () => {
  it('runs a task after those that are due, with 50 ms to go', () => {
    const clock = createFakeClock()
    const idle = createIdle({ clock })
    const seen: unknown[] = []
    idle.run(({ timeRemaining, didTimeout }) => {
      seen.push(timeRemaining(), didTimeout)
      clock.advance(60)
      seen.push(timeRemaining())
    })
    expect(seen).toEqual([])
    clock.advance(0)
    expect(seen).toEqual([50, false, 0])
  })

  it('calls off one task, or all', () => {
    const clock = createFakeClock()
    const idle = createIdle({ clock })
    const seen: number[] = []
    const cancel = idle.run(() => seen.push(1))
    idle.run(() => seen.push(2))
    cancel()
    clock.advance(0)
    idle.run(() => seen.push(3))
    idle.close()
    clock.advance(1_000)
    expect(seen).toEqual([2])
    expect(clock.pending).toBe(0)
  })
})

describe('with idle callbacks', () => {
  it('hands on the deadline and the timeout', () => {
    const requested: { run: IdleRequestCallback; options: unknown }[] = []
    const cancelled: number[] = []
    vi.stubGlobal('requestIdleCallback', (run: IdleRequestCallback, options: unknown) =>
      requested.push({ run, options }),
    )
    vi.stubGlobal('cancelIdleCallback', (handle: number) => cancelled.push(handle))
    const idle = createIdle()
    const seen: unknown[] = []
    idle.run(({ timeRemaining, didTimeout }) => seen.push(timeRemaining(), didTimeout), { timeout: '2s' })
    const cancel = idle.run(() => seen.push('never'))
    expect(requested.map(({ options }) => options)).toEqual([{ timeout: 2_000 }, {}])
    requested[0]?.run({ timeRemaining: () => 7, didTimeout: true })
    cancel()
    expect(seen).toEqual([7, true])
    expect(cancelled).toEqual([2])
  })

  it('refuses a timeout that is wrong, and a task that is no function', () => {
    expect(() => createIdle().run(undefined as never)).toThrow('`task` must be a function')
    expect(() => createIdle().run(() => {}, { timeout: 'soon' as never })).toThrow('`timeout` must')
  })
})

describe('the fake', () => {
  it('runs what waits when the test grants time', () => {
    const idle = createFakeIdle()
    const seen: unknown[] = []
    idle.run(({ timeRemaining }) => {
      seen.push(timeRemaining())
      idle.run(() => seen.push('added'))
    })
    idle.run(({ didTimeout }) => seen.push(didTimeout), { timeout: '1s' })
    idle.timeOut()
    expect(seen).toEqual([true])
    idle.grant(10)
    expect(seen).toEqual([true, 10])
    expect(idle.pending).toBe(1)
    idle.close()
    expect(idle.pending).toBe(0)
  })
})
