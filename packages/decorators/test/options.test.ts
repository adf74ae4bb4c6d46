/** Options that do not exist, at every door. */
import { createCache, memory } from '@hotpath/core'
import { expect, test } from 'vitest'
import {
  Batch,
  CacheEvict,
  CachePut,
  Cacheable,
  CircuitBreaker,
  Dedupe,
  Memoize,
  Retry,
  Throttle,
  Timeout,
  cacheEvict,
  cachePut,
  cacheable,
  configureDecorators,
} from '../src/index.ts'

const load = async (id: number): Promise<number> => id
const cache = createCache({ name: 'options', tiers: [memory({ maxEntries: 10 })] })
class Users {
  find = load
}
const key = (id: number): [string, number] => ['user', id]

test.each<[() => unknown, string]>([
  [() => Cacheable({ tll: 5 } as never), '`@Cacheable` has no option `tll`. Did you mean `ttl`?'],
  [() => Cacheable({ tag: ['a'] } as never), 'Did you mean `tags`?'],
  [() => Cacheable(5_000 as never), '`options of @Cacheable` must be an object, received 5000. Write `{ ttl: 5000 }`'],
  [() => Cacheable(load as never), 'Write `@Cacheable()`, with parentheses'],
  [() => Cacheable(Users.prototype as never), 'Write `@Cacheable()`, with parentheses'],
  [() => CachePut(Users.prototype as never), 'Write `@CachePut({ … })`, with parentheses.'],
  [() => CacheEvict(load as never), 'Write `@CacheEvict({ … })`, with parentheses.'],
  [() => Memoize(Users.prototype as never), 'Write `@Memoize()`, with parentheses'],
  [() => Dedupe(Users.prototype as never), 'Write `@Dedupe()`, with parentheses'],
  [() => Batch(Users.prototype as never), 'Write `@Batch()`, with parentheses'],
  [() => Retry(Users.prototype as never), 'Write `@Retry()`, with parentheses'],
  [() => CircuitBreaker(load as never), 'Write `@CircuitBreaker()`, with parentheses'],
  [() => Throttle(Users.prototype as never), 'Write `@Throttle({ … })`, with parentheses.'],
  [() => Timeout(load as never), "Write `@Timeout('2s')`, with parentheses."],
  [() => Throttle([] as never), "Pass `{ limit: 10, interval: '1s' }`."],
  [() => Throttle(undefined as never), "Pass `{ limit: 10, interval: '1s' }`."],
  [() => CircuitBreaker([] as never), 'received an array. Leave them out for the defaults.'],
  [() => Batch(null as never), 'received null. Leave them out for the defaults.'],
  [() => Batch([] as never), 'received an array. Leave them out for the defaults.'],
  [() => CachePut('5m' as never), "Pass `{ key: (id) => ['user', id] }`."],
  [() => cacheEvict(load, load as never), "Pass `{ key: (id) => ['user', id] }`."],
  [() => cacheable(load, load as never), 'Leave them out for the defaults.'],
  [() => configureDecorators(cache as never), 'Pass `{ cache: createCache({ … }) }`.'],
  [() => configureDecorators('redis' as never), 'Pass `{ cache: createCache({ … }) }`.'],
  [() => cacheable(load, { cache, ttll: 5 } as never), '`cacheable` has no option `ttll`'],
  [() => CachePut({ key, tll: 5 } as never), '`@CachePut` has no option `tll`'],
  [() => CachePut({ key, queue: 'yes' } as never), "`queue` must be `true` or `false`, received 'yes'"],
  [() => cachePut(load, { cache, key, unles: load } as never), 'Did you mean `unless`?'],
  [() => CacheEvict({ key, bfore: true } as never), 'Did you mean `before`?'],
  [() => CacheEvict({ key, before: 'yes' } as never), "`before` must be `true` or `false`, received 'yes'"],
  [() => CacheEvict({ tag: ['a'] } as never), 'Did you mean `tags`?'],
  [() => cacheEvict(load, { cache, key, all: true } as never), '`cacheEvict` has no option `all`'],
  [() => Memoize({ max: 5 } as never), '`@Memoize` has no option `max`'],
  [() => Memoize({ maxEntries: '5' as never }), "received '5'"],
  [() => Memoize({ maxentries: 5 } as never), 'Did you mean `maxEntries`?'],
  [() => Retry({ attemps: 5 } as never), 'Did you mean `attempts`?'],
  [() => Retry(null as never), 'must be an object, received null'],
  [() => Timeout('1s', { nmae: 'a' } as never), 'Did you mean `name`?'],
  [() => Throttle({ limit: 1, interval: '1s', perobject: true } as never), 'has no option `perobject`'],
  [() => Throttle({ limit: 1, interval: '1s', perObject: 'yes' } as never), "received 'yes'"],
  [() => Throttle(null as never), 'must be an object, received null'],
  [() => CircuitBreaker({ pauze: 5 } as never), 'Did you mean `pause`?'],
  [() => Dedupe({ keys: key } as never), 'Did you mean `key`?'],
  [() => Batch({ maxbatch: 5 } as never), 'Did you mean `maxBatch`?'],
  [() => Batch({ cache, key, tll: 5 } as never), 'Did you mean `ttl`?'],
  [() => configureDecorators({} as never), 'received undefined. Use `cache: undefined` to take it away.'],
  [() => (Throttle as () => unknown)(), "Pass `{ limit: 10, interval: '1s' }`."],
  [() => Cacheable('users' as never), "Write `{ key: () => ['users'] }` for a key, or `{ ttl: '5m' }` for a lifetime."],
  [() => Cacheable('5m' as never), "Write `{ ttl: '5m' }`."],
  [() => configureDecorators({ cash: cache } as never), 'Did you mean `cache`?'],
])('%s is refused', (make, message) => {
  expect(make).toThrow(expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(message) }))
  expect(make).not.toThrow(/\s$/)
})
