/** A server that hangs: its socket is open, and nothing is ever answered. */
import { createCache } from '@hotpath/core'
import { expect, test } from 'vitest'
import { redis } from '../../src/index.ts'
import { startRedis } from './server.ts'
import { until } from './until.ts'

test('P6: a frozen server delays a load by the timeout of the tier, not for as long as it is frozen', async () => {
  const server = await startRedis()
  const cache = createCache({ name: 'hang', tiers: [redis({ client: server.connect() })], tierTimeout: '300ms' })
  await until('the view of the log', () => cache.position())
  await cache.set('k', 1)
  server.freeze()
  const thaw = setTimeout(() => server.thaw(), 6_000)
  const startedAt = performance.now()
  expect(await cache.getOrSet('other', () => 'loaded')).toBe('loaded')
  const took = performance.now() - startedAt
  clearTimeout(thaw)
  server.thaw()
  await cache.close()
  await server.stop()
  expect(took).toBeLessThan(2_000)
}, 20_000)

test('P17: `close()` does not wait for a frozen server to take a lease back', async () => {
  const server = await startRedis()
  const cache = createCache({ name: 'hang', tiers: [redis({ client: server.connect() })], tierTimeout: '300ms' })
  await until('the view of the log', () => cache.position())
  await cache.getOrSet('k', () => {
    server.freeze()
    return 'loaded'
  })
  const thaw = setTimeout(() => server.thaw(), 6_000)
  const startedAt = performance.now()
  await cache.close()
  const took = performance.now() - startedAt
  clearTimeout(thaw)
  server.thaw()
  await server.stop()
  expect(took).toBeLessThan(2_000)
}, 20_000)
