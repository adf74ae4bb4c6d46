import { createCache, memory } from '@hotpath/core'
import { observe } from '@hotpath/observe'
import { createFakeClock } from '@hotpath/testkit'
import { expect, it } from 'vitest'
import { suspend } from '../src/attempts.ts'

it('a failure is thrown for a second, then it is loaded again; no timer is left of it', async () => {
  const clock = createFakeClock()
  const cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 10 })], clock })
  let loads = 0
  const city = observe(cache, 'city', async (): Promise<string> => {
    throw new Error(`failure ${++loads}`)
  })
  const thrown = (): unknown => {
    try {
      return suspend(cache, 'city', city)
    } catch (error) {
      return error
    }
  }
  await thrown()
  expect(thrown()).toEqual(new Error('failure 1'))
  clock.advance(999)
  expect(thrown()).toEqual(new Error('failure 1'))
  clock.advance(1)
  await thrown()
  expect(thrown()).toEqual(new Error('failure 2'))
  await cache.close()
  expect(clock.pending).toBe(0)
})
