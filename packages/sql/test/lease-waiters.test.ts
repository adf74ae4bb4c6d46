import { createFakeClock, flush } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { LeaseWaiters } from '../src/lease-waiters.ts'

/** Waiters over leases that are held as the test says, and what was asked. */
function make() {
  const clock = createFakeClock()
  const held = new Set<string>()
  const asked: string[][] = []
  const ended: string[] = []
  const state = { fails: false }
  const waiters = new LeaseWaiters({
    clock,
    lookMs: () => 100,
    async held(keys) {
      asked.push([...keys])
      if (state.fails) throw new Error('down')
      return new Set(keys.filter((key) => held.has(key)))
    },
  })
  const wait = (key: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}): void =>
    void waiters.wait(key, { timeoutMs: 10_000, ...options }).then(
      () => ended.push(key),
      (error: Error) => ended.push(`${key} ${error.message}`),
    )
  return { clock, held, asked, ended, state, waiters, wait }
}

test('who begins to wait looks at once, all of one turn together', async () => {
  const { held, asked, ended, wait } = make()
  held.add('a')
  wait('a')
  wait('b')
  wait('b')
  await flush()
  expect(asked).toEqual([['a', 'b']])
  expect(ended).toEqual(['b', 'b'])
})

test('a lease that ends without a word is found out by a look', async () => {
  const { clock, held, asked, ended, wait } = make()
  held.add('a')
  wait('a')
  await flush()
  held.delete('a')
  clock.advance(99)
  await flush()
  expect(asked).toHaveLength(1)
  clock.advance(1)
  await flush()
  expect(ended).toEqual(['a'])
  expect(clock.pending).toBe(0)
})

test('who is told needs no look, and others go on waiting', async () => {
  const { held, ended, waiters, wait } = make()
  held.add('a').add('b')
  wait('a')
  wait('b')
  await flush()
  waiters.wake('a')
  await flush()
  expect(ended).toEqual(['a'])
})

test('a wait ends with its time, with its signal, at once when that has fired, and with the end of it all', async () => {
  const { clock, held, ended, waiters, wait } = make()
  for (const key of ['time', 'signal', 'fired', 'close']) held.add(key)
  const controller = new AbortController()
  wait('time', { timeoutMs: 50 })
  wait('signal', { signal: controller.signal })
  wait('fired', { signal: AbortSignal.abort() })
  wait('close')
  await flush()
  expect(ended).toEqual(['fired'])
  clock.advance(50)
  await flush()
  expect(ended).toEqual(['fired', 'time'])
  controller.abort()
  await flush()
  expect(ended).toEqual(['fired', 'time', 'signal'])
  waiters.close()
  await flush()
  expect(ended).toEqual(['fired', 'time', 'signal', 'close'])
  expect(clock.pending).toBe(0)
})

test('a look that fails ends the wait of all that it was for, and of nobody who came later', async () => {
  const { clock, held, ended, state, wait } = make()
  held.add('later')
  state.fails = true
  wait('a')
  await flush()
  expect(ended).toEqual(['a down'])
  state.fails = false
  wait('later')
  await flush()
  expect(ended).toEqual(['a down'])
  held.clear()
  clock.advance(100)
  await flush()
  expect(ended).toEqual(['a down', 'later'])
})
