import KeyvRedis from '@keyv/redis'
import { RedisMessageProvider } from '@qified/redis'
import { Cacheable } from 'cacheable'
import { Keyv } from 'keyv'
import { parse, stringify } from 'superjson'
import { HOUR_MS, type Peer } from '../peer.ts'

export const cacheable: Peer = {
  name: 'cacheable',
  packages: ['cacheable', 'keyv', '@keyv/redis', '@qified/redis'],
  setup:
    'memory over `@keyv/redis`, `sync` by `@qified/redis`, `tags: true`; what has tags is read by `get` and `set`, as `getOrSet` takes none',
  lacks: {},
  async open({ url, tags, superjson: isSuper, origin }) {
    const codec = isSuper ? { serialize: stringify, deserialize: parse } : {}
    const provider = url === undefined ? undefined : new RedisMessageProvider({ uri: url })
    const cache = new Cacheable({
      ttl: HOUR_MS,
      tags: true,
      ...(url !== undefined && { secondary: new Keyv({ store: new KeyvRedis(url), ...codec }) }),
      ...(provider !== undefined && { sync: { qified: provider } }),
    })
    cache.on('error', () => {})
    const load = (key: string): Promise<unknown> => origin.load(key)
    const options = { ttl: HOUR_MS, keyPrefix: 'users' }
    const twins = [cache.wrap(load, options), cache.wrap(load, options)] as ((key: string) => Promise<unknown>)[]
    let turn = 0
    return {
      async read(key) {
        if (tags.length === 0) return cache.getOrSet(key, () => load(key), { throwErrors: true })
        const known = await cache.get(key)
        if (known !== undefined) return known
        const value = await load(key)
        await cache.set(key, value, { ttl: HOUR_MS, tags: [...tags] })
        return value
      },
      readTwin: (key) => twins[turn++ % 2]?.(key) ?? Promise.reject(new Error('There are two.')),
      invalidateKey: (key) => cache.delete(key),
      invalidateTag: (tag) => cache.tags.invalidateTag(tag),
      clear: () => cache.clear(),
      close: () => cache.disconnect(),
    }
  },
}
