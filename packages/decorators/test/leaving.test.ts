import { currentCall } from '@hotpath/request'
import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { Cacheable, Timeout } from '../src/index.ts'
import { make } from './make.ts'

const tooSlow = { code: 'ERR_REQUEST_TIMEOUT' }

/** A method that callers give up on after a second, and that then has to end. */
const setUp = () => {
  const { cache } = make()
  const clock = createFakeClock()
  const gate = deferred<string>()
  const signals: AbortSignal[] = []
  class Users {
    @Timeout('1s', { clock })
    @Cacheable({ key: () => 'user', errorTtl: '1m' })
    async find(): Promise<string> {
      const { signal } = currentCall()
      signals.push(signal)
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        gate.promise.then(resolve, reject)
      })
    }
  }
  return { cache, clock, gate, signals, users: new Users() }
}

describe('a caller who gives up', () => {
  test('does not end the load for those who still wait', async () => {
    const { clock, gate, signals, users } = setUp()
    const first = expect(users.find()).rejects.toMatchObject(tooSlow)
    clock.advance(500)
    const second = users.find()
    clock.advance(500)
    await first
    await flush()
    expect(signals[0]?.aborted).toBe(false)
    gate.resolve('ann')
    expect([await second, await users.find(), signals.length]).toEqual(['ann', 'ann', 1])
  })

  test('ends it as the last who waits, whether he began it or not', async () => {
    const { cache, clock, signals, users } = setUp()
    const first = expect(users.find()).rejects.toMatchObject(tooSlow)
    clock.advance(500)
    const second = expect(users.find()).rejects.toMatchObject(tooSlow)
    clock.advance(500)
    await first
    clock.advance(500)
    await second
    await flush()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    expect(await cache.has('user')).toBe(false)
  })
})
