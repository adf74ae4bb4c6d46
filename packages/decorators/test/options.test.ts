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
  memoize,
} from '../src/index.ts'

const load = async (id: number): Promise<number> => id
const cache = createCache({ name: 'options', tiers: [memory({ maxEntries: 10 })] })
const key = (id: number): [string, number] => ['user', id]

test.each<[() => unknown, string]>([
  [() => Cacheable({ tll: 5 } as never), '`@Cacheable` has no option `tll`. Did you mean `ttl`?'],
  [() => Cacheable({ tag: ['a'] } as never), 'Did you mean `tags`?'],
  [() => Cacheable(5_000 as never), '`options of @Cacheable` must be an object, received 5000. Write `{ ttl: 1_000 }`'],
  [() => Cacheable(load as never), 'Write `@Cacheable()`, with parentheses'],
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
  [() => memoize(load, { maxentries: 5 } as never), 'Did you mean `maxEntries`?'],
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
  [() => configureDecorators({ cash: cache } as never), 'Did you mean `cache`?'],
])('%s is refused', (make, message) => {
  expect(make).toThrow(expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(message) }))
})
