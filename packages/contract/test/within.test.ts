import { expect, test } from 'vitest'
import { type Clock, within } from '../src/index.ts'

/** A clock that the test moves; how often it holds the process is counted. */
function make() {
  let now = 0
  let timers: { readonly at: number; readonly callback: () => void }[] = []
  const held = { now: 0 }
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after(delayMs, callback) {
      const timer = { at: now + delayMs, callback }
      timers.push(timer)
      return () => void (timers = timers.filter((one) => one !== timer))
    },
    hold() {
      held.now++
      let isHeld = true
      return () => {
        if (isHeld) held.now--
        isHeld = false
      }
    },
  }
  const advance = (ms: number): void => {
    now += ms
    for (const timer of timers.filter(({ at }) => at <= now)) {
      timers = timers.filter((one) => one !== timer)
      timer.callback()
    }
  }
  return { clock, advance, held, timers: () => timers.length }
}

function deferred() {
  let settle: { resolve: (value: number) => void; reject: (error: Error) => void } | undefined
  const promise = new Promise<number>((resolve, reject) => void (settle = { resolve, reject }))
  return { promise, ...(settle as NonNullable<typeof settle>) }
}

const expired = (): Error => new Error('late')

test('what comes in time is passed on, and leaves no timer and nothing held', async () => {
  const { clock, held, timers } = make()
  const value = within(Promise.resolve(1), { clock, limitMs: 10, expired, hold: true })
  expect(held.now).toBe(1)
  expect(await value).toBe(1)
  await expect(within(Promise.reject(new Error('own')), { clock, limitMs: 10, expired })).rejects.toThrow('own')
  expect([held.now, timers()]).toEqual([0, 0])
})

test('when the time is up it rejects, and what comes later is handed on', async () => {
  const { clock, advance, held, timers } = make()
  const { promise, resolve } = deferred()
  const late: number[] = []
  const value = within(promise, { clock, limitMs: 10, expired, hold: true, late: (one) => void late.push(one) })
  advance(10)
  await expect(value).rejects.toThrow('late')
  expect([held.now, timers()]).toEqual([0, 0])
  resolve(7)
  await promise
  expect(late).toEqual([7])
})

test('a failure after the time is up is no unhandled rejection', async () => {
  const { clock, advance } = make()
  const { promise, reject } = deferred()
  const value = within(promise, { clock, limitMs: 10, expired })
  advance(10)
  await expect(value).rejects.toThrow('late')
  reject(new Error('own'))
  await expect(promise).rejects.toThrow('own')
})
