import { createCache, memory } from '@hotpath/core'
import { redis } from '@hotpath/redis'
import { Redis } from 'ioredis'
import { HOUR_MS, type Peer } from '../peer.ts'
import { until } from '../wait.ts'

export const hotpath: Peer = {
  name: 'Hotpath',
  packages: ['@hotpath/core', '@hotpath/redis', 'ioredis'],
  setup: '`memory` over `redis`, default options',
  lacks: { serializer: 'not needed: the default codec keeps types' },
  async open({ url, tags, origin }) {
    const client = url === undefined ? undefined : new Redis(url)
    client?.on('error', () => {})
    const local = memory({ maxEntries: 1_000 })
    const tiers = client === undefined ? [local] : [local, redis({ client })]
    const cache = createCache({ name: 'races', tiers, ttl: HOUR_MS })
    await until(3_000, async () => cache.position() !== undefined)
    const read = (handle: typeof cache, key: string) => handle.getOrSet(key, () => origin.load(key), { tags })
    const [users, same] = [cache.namespace('users'), cache.namespace('users')]
    let turn = 0
    return {
      read: (key) => read(cache, key),
      readTwin: (key) => read(turn++ % 2 === 0 ? users : same, key),
      invalidateKey: (key) => cache.delete(key),
      invalidateTag: (tag) => cache.invalidateTags([tag]),
      clear: () => cache.clear(),
      close: () => cache.close().finally(() => client?.disconnect()),
    }
  },
}
