import KeyvRedis from '@keyv/redis'
import { createCache } from 'cache-manager'
import { createKeyv } from 'cacheable'
import { Keyv } from 'keyv'
import { parse, stringify } from 'superjson'
import { HOUR_MS, type Peer } from '../peer.ts'

let ids = 0

export const cacheManager: Peer = {
  name: 'cache-manager',
  packages: ['cache-manager', 'keyv', '@keyv/redis'],
  setup: 'stores: `createKeyv` of cacheable, then `@keyv/redis`',
  lacks: {
    tag: 'it has no tags',
    nodes: 'it does not notify other nodes: what they hold in memory stays until its ttl',
    bus: 'it does not notify other nodes: what they hold in memory stays until its ttl',
  },
  async open({ url, superjson: isSuper, origin }) {
    const codec = isSuper ? { serialize: stringify, deserialize: parse } : {}
    const stores = [
      createKeyv({ ttl: HOUR_MS, lruSize: 1_000 }),
      ...(url === undefined ? [] : [new Keyv({ store: new KeyvRedis(url), ...codec })]),
    ]
    for (const store of stores) store.on('error', () => {})
    const options = { stores, ttl: HOUR_MS, cacheId: `races-${++ids}` }
    const [cache, same] = [createCache(options), createCache(options)]
    const read = (one: typeof cache, key: string) => one.wrap(key, () => origin.load(key))
    let turn = 0
    return {
      read: (key) => read(cache, key),
      readTwin: (key) => read(turn++ % 2 === 0 ? cache : same, key),
      invalidateKey: (key) => cache.del(key),
      clear: () => cache.clear(),
      close: () => cache.disconnect(),
    }
  },
}
