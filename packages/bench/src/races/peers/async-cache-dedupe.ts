import { createCache } from 'async-cache-dedupe'
import { Redis } from 'ioredis'
import { deserialize, serialize } from 'superjson'
import type { Peer } from '../peer.ts'

const HOUR_S = 3_600

export const asyncCacheDedupe: Peer = {
  name: 'async-cache-dedupe',
  packages: ['async-cache-dedupe', 'ioredis'],
  setup: 'memory or Redis storage, one or the other, with `invalidation`; its references are the tags',
  lacks: {
    bus: 'it has no messages between nodes, and with Redis nothing in memory that would need them',
    handles: 'a name can be defined only once',
  },
  async open({ url, tags, superjson: isSuper, origin }) {
    const client = url === undefined ? undefined : new Redis(url)
    client?.on('error', () => {})
    const cache = createCache({
      ttl: HOUR_S,
      storage:
        client === undefined
          ? { type: 'memory', options: { size: 1_000, invalidation: true } }
          : { type: 'redis', options: { client, invalidation: { referencesTTL: HOUR_S } } },
      ...(isSuper && { transformer: { serialize, deserialize } }),
    }).define('value', { references: () => [...tags] }, (key: string) => origin.load(key))
    return {
      read: (key) => cache.value(key),
      invalidateKey: (key) => cache.clear('value', key),
      invalidateTag: (tag) => cache.invalidateAll(tag),
      clear: () => cache.clear(),
      close: async () => client?.disconnect(),
    }
  },
}
