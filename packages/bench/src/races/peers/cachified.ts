import { type Cache, type CacheEntry, configure, totalTtl } from '@epic-web/cachified'
import { redisCacheAdapter } from 'cachified-redis-adapter'
import { LRUCache } from 'lru-cache'
import { createClient } from 'redis'
import { HOUR_MS, type Peer } from '../peer.ts'

function lruCache(): Cache {
  const lru = new LRUCache<string, CacheEntry>({ max: 1_000 })
  return {
    name: 'lru-cache',
    get: (key) => lru.get(key),
    set: (key, value) => lru.set(key, value, { ttl: totalTtl(value.metadata) }),
    delete: (key) => lru.delete(key),
  }
}

export const cachified: Peer = {
  name: 'cachified',
  packages: ['@epic-web/cachified', 'lru-cache', 'cachified-redis-adapter', 'redis'],
  setup: 'lru-cache, or Redis by `cachified-redis-adapter`; one or the other',
  lacks: {
    tag: 'it has no tags',
    clear: 'it has no clear; the cache behind it may have one',
    bus: 'it has no messages between nodes, and with Redis nothing in memory that would need them',
    serializer: 'its Redis adapter takes no serializer',
  },
  async open({ url, origin }) {
    const client = url === undefined ? undefined : createClient({ url })
    client?.on('error', () => {})
    await client?.connect()
    const cache = client === undefined ? lruCache() : redisCacheAdapter(client)
    const handles = [configure({ cache, ttl: HOUR_MS }), configure({ cache, ttl: HOUR_MS })] as const
    const read = (index: 0 | 1, key: string) => handles[index]({ key, getFreshValue: () => origin.load(key) })
    let turn = 0
    return {
      read: (key) => read(0, key),
      readTwin: (key) => read(turn++ % 2 === 0 ? 0 : 1, key),
      invalidateKey: async (key) => cache.delete(key),
      close: async () => client?.destroy(),
    }
  },
}
