/** What a decorator costs on top of `cache.wrap`: warm calls of methods, beside the peers. All in memory, for an hour. */
import { createCache, memory } from '@hotpath/core'
import { Cacheable, Memoize } from '@hotpath/decorators'
import * as typeCacheable from '@type-cacheable/core'
import { useAdapter as adaptLru } from '@type-cacheable/lru-cache-adapter'
import { LRUCache } from 'lru-cache'
import pMemoize from 'p-memoize'
import { type Contestant, keyOf, measure, zipfKeys } from './harness.ts'
import { goal } from './rounds.ts'

const KEYS = 10_000
const HOUR_MS = 3_600_000

interface Value {
  readonly id: number
  readonly text: string
}

/** A key as programs have them: one that needs no quotes. */
const plain = (key: string): string => key.replace(':', '-')
const values = new Map<string, Value>(
  Array.from({ length: KEYS }, (_, id) => [plain(keyOf(id)), { id, text: 'x'.repeat(100) }]),
)

type Decorate = (target: object, name: string, descriptor: PropertyDescriptor) => unknown

/** Does what a compiler makes of a decorator in front of `find`; Node runs no decorators yet. */
function decorated(name: string, decorate: unknown): Contestant {
  class Users {
    readonly #values = values

    async find(id: string): Promise<Value> {
      return this.#values.get(id) as Value
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Users.prototype, 'find') as PropertyDescriptor
  const replaced = (decorate as Decorate)(Users.prototype, 'find', descriptor) as PropertyDescriptor
  Object.defineProperty(Users.prototype, 'find', replaced)
  const users = new Users()
  return each(name, (id) => users.find(id))
}

function each(name: string, call: (id: string) => Promise<unknown>): Contestant {
  return {
    name,
    run: async (ids) => {
      let seen: unknown
      for (const id of ids) seen = await call(id)
      return seen
    },
  }
}

function contestants(): Contestant[] {
  const make = () => createCache({ name: 'bench', tiers: [memory({ maxEntries: 2 * KEYS })], ttl: HOUR_MS })
  async function find(id: string): Promise<Value> {
    return values.get(id) as Value
  }
  const [wrapped, wrappedKey, own, injected] = [make(), make(), make(), make()]
  const key = (id: string) => ['user', id] as const
  const tags = ([id]: [string]): string[] => [`user:${id}`]
  const lru = new LRUCache<string, never>({ max: 2 * KEYS, ttl: HOUR_MS })
  const client = adaptLru(lru)
  return [
    each('a method that is not cached', find),
    each('cache.wrap', wrapped.wrap(find)),
    decorated('@Cacheable', Cacheable({ cache: make() })),
    each('cache.wrap, key and tags', wrappedKey.wrap(find, { key, tags, ttl: '1h' })),
    decorated('@Cacheable, key and tags', Cacheable({ cache: own, key, tags, ttl: '1h' })),
    decorated('@Cacheable, cache of the object', Cacheable({ cache: () => injected })),
    decorated('@Memoize', Memoize({ maxEntries: 2 * KEYS })),
    decorated('type-cacheable + lru-cache', typeCacheable.Cacheable({ client, ttlSeconds: 3_600 })),
    decorated(
      'type-cacheable + lru-cache, key',
      typeCacheable.Cacheable({ client, ttlSeconds: 3_600, cacheKey: ([id]: string[]) => `user:${id}` }),
    ),
    each('p-memoize', pMemoize(find)),
  ]
}

/** Runs the benchmark and prints its table. */
export async function decorators(quick: boolean): Promise<void> {
  const ids = zipfKeys(KEYS, quick ? 20_000 : 100_000).map(plain)
  const results = await measure(contestants(), ids, quick ? 7 : 21)
  const of = (name: string): number => results.find((one) => one.name === name)?.ns ?? Number.NaN
  console.log('| warm call | ns | min..max | × cache.wrap | bytes |\n| --- | --: | --: | --: | --: |')
  for (const { name, ns, minNs, maxNs, bytes } of results) {
    const ratio = (ns / of('cache.wrap')).toFixed(2)
    console.log(
      `| ${name} | ${ns.toFixed(0)} | ${minNs.toFixed(0)}..${maxNs.toFixed(0)} | ${ratio} | ${bytes.toFixed(0)} |`,
    )
  }
  console.log('')
  goal('@Cacheable, × cache.wrap', of('@Cacheable') / of('cache.wrap'), { atMost: 1.3 })
  goal('with key and tags, × cache.wrap', of('@Cacheable, key and tags') / of('cache.wrap, key and tags'), {
    atMost: 1.3,
  })
}
