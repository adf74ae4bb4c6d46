import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { Redis } from 'ioredis'
import { parse, stringify } from 'superjson'
import { HOUR_MS, type Peer } from '../peer.ts'

export const bentocache: Peer = {
  name: 'bentocache',
  packages: ['bentocache', 'ioredis'],
  setup: '`memoryDriver` over `redisDriver` with `redisBusDriver`',
  lacks: {},
  async open({ url, tags, superjson: isSuper, origin }) {
    const connection = url === undefined ? undefined : new Redis(url)
    connection?.on('error', () => {})
    const local = bentostore().useL1Layer(memoryDriver({ maxItems: 1_000 }))
    const store =
      connection === undefined
        ? local
        : local.useL2Layer(redisDriver({ connection })).useBus(redisBusDriver({ connection }))
    const cache = new BentoCache({
      default: 'races',
      ttl: HOUR_MS,
      stores: { races: store },
      ...(isSuper && { serializer: { serialize: stringify, deserialize: parse } }),
    })
    const [users, same] = [cache.namespace('users'), cache.namespace('users')]
    const options = (key: string) => ({ key, tags: [...tags], factory: () => origin.load(key) })
    let turn = 0
    return {
      read: (key) => cache.getOrSet(options(key)),
      readTwin: (key) => (turn++ % 2 === 0 ? users : same).getOrSet(options(key)),
      invalidateKey: (key) => cache.delete({ key }),
      invalidateTag: (tag) => cache.deleteByTag({ tags: [tag] }),
      clear: () => cache.clear(),
      close: () => cache.disconnectAll(),
    }
  },
}
