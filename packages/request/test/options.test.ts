/** Options that do not exist, at every door. */
import { createCache, memory } from '@hotpath/core'
import { expect, test } from 'vitest'
import { batchEndpoint, createHttpClient } from '../src/http/index.ts'
import {
  batch,
  circuitBreaker,
  createQueue,
  debounce,
  dedupe,
  fallback,
  hedge,
  limit,
  memoize,
  retry,
  throttle,
  timeout,
} from '../src/index.ts'

const load = async (id: number): Promise<number> => id
const loadMany = async (ids: readonly number[]): Promise<readonly number[]> => ids
const cache = createCache({ name: 'options', tiers: [memory({ maxEntries: 10 })] })

test.each<[() => unknown, string]>([
  [() => retry(load, { retries: 9 } as never), '`retry` has no option `retries`. Use one of `attempts`'],
  [() => retry({ attemps: 9 } as never), 'Did you mean `attempts`?'],
  [() => retry(load, { retryAfter: 1 as never }), '`retryAfter` must be `true` or `false`, received 1'],
  [() => timeout(load, '1s', { nmae: 'a' } as never), 'Did you mean `name`?'],
  [() => hedge(load, { percentil: 0.9 } as never), 'Did you mean `percentile`?'],
  [() => fallback(load, () => 0, { wen: load } as never), 'Did you mean `when`?'],
  [() => limit(load, { concurency: 2 } as never), 'Did you mean `concurrency`?'],
  [() => throttle(load, { limit: 1, intervall: 5 } as never), 'Did you mean `interval`?'],
  [() => limit(load as never), 'Pass `{ concurrency: 10 }`.'],
  [() => limit(load, 5 as never), 'Pass `{ concurrency: 10 }`.'],
  [() => limit(Promise.resolve(5) as never), 'received a Promise. `await` it first.'],
  [
    () => createQueue(5 as never),
    '`options of createQueue` must be an object, received 5. Pass `{ concurrency: 10 }`.',
  ],
  [() => throttle(load, [] as never), "Pass `{ limit: 10, interval: '1s' }`."],
  [() => debounce(load, '200ms' as never), "Pass `{ wait: '200ms' }`."],
  [
    () => debounce(load, { wait: '1s', maxWait: 5 }),
    '`maxWait` must be at least `wait`, received 5. Leave it out for no limit.',
  ],
  [() => memoize(load as never), 'Pass `{ maxEntries: 1_000 }`.'],
  [() => memoize(load, cache as never), 'Pass `{ maxEntries: 1_000 }`'],
  [() => timeout(load, { ms: 500 } as never), "received an object. Use for example `timeout(load, '2s')`."],
  [() => timeout({ ms: 500 } as never), "received an object. Use for example `timeout(load, '2s')`."],
  [() => batchEndpoint('/b' as never), "Pass `{ path: '/batch' }`."],
  [() => circuitBreaker(load, { faliureRate: 0.5 } as never), 'Did you mean `failureRate`?'],
  [() => dedupe(load, { keys: load } as never), 'Did you mean `key`?'],
  [() => memoize(load, { maxEntries: 1, tag: ['a'] } as never), '`memoize` has no option `tag`.'],
  [() => memoize(load, { cache, maxEntries: 5 } as never), 'Use `cache.wrap(load)` to keep results in a cache.'],
  [() => batch(loadMany, { maxbatch: 5 } as never), 'Did you mean `maxBatch`?'],
  [() => batch(loadMany, { ttl: 5 } as never), '`batch` has no option `ttl`'],
  [() => batch(loadMany, { cache, name: 'a', tll: 5 } as never), 'Did you mean `ttl`?'],
  [
    () => batch(loadMany, { retry: { attemps: 5 } } as never),
    '`retry` has no option `attemps`. Did you mean `attempts`?',
  ],
  [() => createHttpClient({ baseURL: 'https://a.test' } as never), 'Did you mean `baseUrl`?'],
  [() => createHttpClient({ caching: { tll: 5 } } as never), '`caching` has no option `tll`. Did you mean `ttl`?'],
  [() => createHttpClient({ timeout: { totl: 5 } } as never), '`timeout` has no option `totl`. Did you mean `total`?'],
  [() => createHttpClient({ retry: { retires: 5 } } as never), '`retry` has no option `retires`'],
  [() => createHttpClient('https://u:SECRET@a.test' as never), '`options of createHttpClient` must be an object'],
  [() => batchEndpoint({ path: '/b', maxbatch: 5 } as never), 'Did you mean `maxBatch`?'],
])('%s is refused', (make, message) => {
  expect(make).toThrow(expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(message) }))
  expect(make).not.toThrow('SECRET')
})

test.each<[() => Promise<unknown>, string]>([
  [() => retry(load).with({ signl: 5 } as never)(1), '`with` has no option `signl`. Did you mean `signal`?'],
  [() => batch(loadMany).load(1, { prio: 'high' } as never), '`load` has no option `prio`'],
  [() => batch(loadMany).load(1, 'high' as never), '`options of load` must be an object'],
  [() => batch(loadMany).loadMany([1], { priority: 'hi' as never }), "received 'hi'"],
])('%s is refused', async (call, message) => {
  await expect((async () => call())()).rejects.toThrow(message)
})

test('options of a request are refused before anything is sent', async () => {
  const api = createHttpClient({
    transport: { send: () => Promise.reject(new Error('sent')) },
    baseUrl: 'https://a.test',
    retry: false,
  })
  await expect(api.get('/', { parms: {} } as never)).rejects.toThrow(
    '`get` has no option `parms`. Did you mean `params`?',
  )
  await expect(api.get('/', { method: 'POST' } as never)).rejects.toThrow('`get` has no option `method`')
  await expect(api.post('/', null as never)).rejects.toThrow('`options of post` must be an object, received null')
  await expect(api.put('/', { keys: 'user:1' as never })).rejects.toThrow(
    "`keys` must be a list of keys, received 'user:1'",
  )
  await expect(api.get('/', { cache: 'refesh' as never })).rejects.toThrow("received 'refesh'")
  await expect(api.get('/', { redirect: 'no' as never })).rejects.toThrow("`redirect` must be one of 'follow', 'error'")
  await expect(api.get('/', { idempotencyKey: 5 as never })).rejects.toThrow('received 5')
  await expect(api.get('/', { query: 'a=b' as never })).rejects.toThrow('`query` must be an object')
  await expect(api.fetch('/', { next: 1 } as never)).rejects.toThrow('`fetch` has no option `next`')
  expect(() => api.pages('/', { maxpages: 1 } as never)).toThrow('Did you mean `maxPages`?')
  await expect(api.fetch('/', { method: 'POST' })).rejects.toThrow('sent')
  await api.close()
})
