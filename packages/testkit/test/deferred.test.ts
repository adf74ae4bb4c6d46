import { expect, test } from 'vitest'
import { deferred, deferredLoader, flush } from '../src/index.ts'

test('a deferred promise is settled from outside, once', async () => {
  const one = deferred<number>()
  expect(one.settled).toBe(false)
  one.resolve(1)
  one.resolve(2)
  one.reject(new Error('too late'))
  expect(one.settled).toBe(true)
  expect(await one.promise).toBe(1)
})

test('a deferred promise can be rejected', async () => {
  const one = deferred()
  one.reject(new Error('reason'))
  expect(one.settled).toBe(true)
  await expect(one.promise).rejects.toThrow('reason')
})

test('calls of a deferred loader are answered in the order that the test chooses', async () => {
  const load = deferredLoader<string, { key: string }>()
  const order: string[] = []
  const first = load({ key: 'a' }).then((value) => order.push(value))
  const second = load({ key: 'b' }).then((value) => order.push(value))
  const third = load({ key: 'c' }).catch((error: Error) => order.push(error.message))
  expect(load.calls.map((call) => call.argument.key)).toEqual(['a', 'b', 'c'])
  load.at(2).reject(new Error('C failed'))
  await third
  load.at(1).resolve('B')
  await second
  expect(load.calls.map((call) => call.settled)).toEqual([false, true, true])
  load.at(0).resolve('A')
  await first
  expect(order).toEqual(['C failed', 'B', 'A'])
})

test('asking for a call that has not happened is an error that says how many have', () => {
  const load = deferredLoader<number>()
  void load('a')
  expect(() => load.at(1)).toThrow('The loader was called 1 times, so there is no call 1')
})

test('flush lets a promise chain run to its end, and no further than it is told to', async () => {
  let steps = 0
  async function chain(length: number): Promise<void> {
    for (let step = 0; step < length; step++) {
      await Promise.resolve()
      steps++
    }
  }
  void chain(20)
  await flush(10)
  expect(steps).toBeLessThan(20)
  await flush()
  expect(steps).toBe(20)
})
