/** One server for all tests of a file, and caches as several processes have them: of one name, each over a connection of its own. */
import { type Cache, type CacheOptions, createCache, memory } from '@hotpath/core'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { redis } from '../../src/index.ts'
import { type RedisServer, startRedis } from './server.ts'
import { until } from './until.ts'

/** A server, and what is open on it. */
export interface Nodes extends RedisServer {
  /** Opens caches of one name, and waits until each has a view of the log; they are closed after the test. */
  open(count: number, options?: Partial<CacheOptions>): Promise<Cache[]>
}

export function useNodes(): () => Nodes {
  let server: Nodes
  let names = 0
  const open = new Set<Cache>()
  beforeAll(async () => {
    const started = await startRedis()
    server = {
      ...started,
      async open(count, options) {
        const name = `c${++names}`
        const caches = Array.from({ length: count }, () => {
          const tiers = [memory({ maxEntries: 1_000 }), redis({ client: started.connect() })]
          const cache = createCache({ name, tiers, ttl: '1h', ...options })
          open.add(cache)
          return cache
        })
        for (const cache of caches) await until('the view of the log', () => cache.position())
        return caches
      },
    }
  })
  afterAll(() => server.stop())
  afterEach(async () => {
    for (const cache of open) await cache.close()
    open.clear()
  })
  return () => server
}
