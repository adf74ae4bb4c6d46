import KeyvRedis from '@keyv/redis'
import { createKeyv } from 'cacheable'
import { Keyv } from 'keyv'
import pMemoize from 'p-memoize'
import { parse, stringify } from 'superjson'
import { HOUR_MS, type Peer } from '../peer.ts'

export const pMemoizeOverStore: Peer = {
  name: 'p-memoize',
  packages: ['p-memoize', 'keyv', '@keyv/redis'],
  setup: 'a Keyv store as its `cache`, in memory or in Redis, one or the other; what is invalidated is deleted there',
  lacks: {
    tag: 'it has no tags',
    bus: 'it has no messages between nodes, and with Redis nothing in memory that would need them',
  },
  async open({ url, superjson: isSuper, origin }) {
    const codec = isSuper ? { serialize: stringify, deserialize: parse } : {}
    const store =
      url === undefined
        ? createKeyv({ ttl: HOUR_MS, lruSize: 1_000 })
        : new Keyv({ store: new KeyvRedis(url), ttl: HOUR_MS, ...codec })
    store.on('error', () => {})
    const memoized = () => pMemoize((key: string) => origin.load(key), { cache: store })
    const [read, twin] = [memoized(), memoized()]
    let turn = 0
    return {
      read,
      readTwin: (key) => (turn++ % 2 === 0 ? read : twin)(key),
      invalidateKey: (key) => store.delete(key),
      clear: () => store.clear(),
      close: () => store.disconnect(),
    }
  },
}
