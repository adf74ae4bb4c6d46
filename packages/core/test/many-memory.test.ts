import { expect, test } from 'vitest'
import { createCache, memory } from './core.ts'
import { gc } from './collected.ts'

const KEYS = 20_000

test('P10: a key that is loaded with many others takes less than 1.5 kB until its value is there', async () => {
  await using cache = createCache({ name: 'many', tiers: [memory({ maxEntries: KEYS })], ttl: '1h' })
  const keys = Array.from({ length: KEYS }, (_, index) => `k${index}`)
  const values = keys.map((_, index) => index)
  gc()
  const before = process.memoryUsage().heapUsed
  let during = 0
  const answers = await cache.getOrSetMany(keys, async () => {
    await Promise.resolve()
    gc()
    during = process.memoryUsage().heapUsed
    return values
  })
  expect(answers).toEqual(values)
  expect((during - before) / KEYS).toBeLessThan(1_500)
})
