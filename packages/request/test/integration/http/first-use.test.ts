import { createCache, memory } from '@hotpath/core'
import { createMemoryLog, shared } from '@hotpath/core/shared'
import { chaosLog, createFakeClock, createRandom } from '@hotpath/testkit'
import { expect, it } from 'vitest'
import { setUp } from './client.ts'
import { json } from './origin.ts'

it('stores the first response of a process, although the view of a shared log is not there yet', async () => {
  const clock = createFakeClock()
  const log = chaosLog(createMemoryLog(), { random: () => 0.99, clock, delayMs: 40 })
  const cache = createCache({
    name: 'http',
    tiers: [memory({ maxEntries: 10 })],
    log: () => log,
    shared,
    clock,
    random: createRandom(1),
  })
  await using test = await setUp((_, response) => json(response, 'body', { 'cache-control': 'max-age=60' }), {
    cache,
    clock,
  })
  const first = test.api.fetch('/a')
  await clock.advanceAsync(100)
  expect((await first).from).toBe('network')
  expect((await test.api.fetch('/a')).from).toBe('cache')
  expect(test.origin.requests).toHaveLength(1)
  await cache.close()
})
