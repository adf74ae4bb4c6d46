/** Uses the main doors of all packages as CommonJS modules do, and leaves nothing open. */
const assert = require('node:assert/strict')
const { once } = require('node:events')
const { createServer } = require('node:http')
const { createBrowserCache, inspectStorage } = require('@hotpath/browser')
const { compressed, msgpack } = require('@hotpath/codec')
const { encodeKey, isHotpathError } = require('@hotpath/contract')
const { createCache, memory } = require('@hotpath/core')
const { Cacheable, cacheable, configureDecorators } = require('@hotpath/decorators')
const { observe } = require('@hotpath/observe')
const { redis } = require('@hotpath/redis')
const {
  batch,
  circuitBreaker,
  compose,
  dedupe,
  fallback,
  limit,
  retry,
  throttle,
  timeout,
} = require('@hotpath/request')
const { createHttpClient } = require('@hotpath/request/http')
const { sqlite } = require('@hotpath/sql')
const { createFakeClock } = require('@hotpath/testkit')
const { createScope } = require('@hotpath/web')
const { openDatabase } = require('@hotpath/web/database')
const { createFakeDatabase } = require('@hotpath/web/testing')

exports.useDoors = async () => {
  let loads = 0
  const load = () => ++loads
  const cache = createCache({ name: 'app', tiers: [memory({ maxEntries: 10 })], ttl: '1m' })
  assert.equal(await cache.getOrSet(['city', 42], load), 1)
  assert.equal(await cache.getOrSet(['city', 42], load), 1)
  assert.equal((await observe(cache, ['city', 42], load).ready()).data, 1)
  await useDecorators(cache)
  await usePolicies()
  await useHttp(cache)
  await cache.close()
  await useWeb()

  if (process.versions.bun === undefined) await useSqlite()
  const codec = compressed(msgpack())
  assert.deepEqual(await codec.decode(await codec.encode(new Map([[1, 2n]]), {}), {}), new Map([[1, 2n]]))
  const clock = createFakeClock()
  clock.after(1_000, load)
  clock.advance(1_000)
  assert.equal(loads, 2)
  assert.equal(encodeKey(['city', 42]), 'city:42')
  const refused = (error) =>
    isHotpathError(error) && error.name === 'ConfigError' && error.constructor.name === error.name
  assert.throws(() => createCache({ name: 'app', ttl: -1 }), refused)
  assert.throws(() => redis({}), refused)
}

async function useDecorators(cache) {
  const restore = configureDecorators({ cache })
  let loads = 0
  class Cities {
    async find(id) {
      return `city ${id}, load ${++loads}`
    }
  }
  const find = Object.getOwnPropertyDescriptor(Cities.prototype, 'find')
  Object.defineProperty(Cities.prototype, 'find', Cacheable()(Cities.prototype, 'find', find))
  const cities = new Cities()
  assert.equal(await cities.find(7), 'city 7, load 1')
  assert.equal(await cities.find(7), 'city 7, load 1')
  const country = cacheable(async (id) => `country ${id}, load ${++loads}`, { name: 'country' })
  assert.equal(await country(7), 'country 7, load 2')
  assert.equal(await country(7), 'country 7, load 2')
  restore()
}

async function usePolicies() {
  const double = async (number) => number * 2
  const policies = [timeout('5s'), retry({ attempts: 2 }), circuitBreaker(), limit({ concurrency: 1 })]
  assert.equal(await compose(double, ...policies, throttle({ limit: 1, interval: 5 }))(2), 4)
  let calls = 0
  const shared = dedupe(async () => ++calls)
  assert.deepEqual(await Promise.all([shared(1), shared(1)]), [1, 1])
  const names = batch(async (ids) => ids.map((id) => `name ${id}`), { timeout: '2s' })
  assert.deepEqual(await Promise.all([names.load(1), names.load(2)]), ['name 1', 'name 2'])
}

async function useHttp(cache) {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    if (request.url === '/down') response.writeHead(503).end()
    else
      response.setHeader('cache-control', 'max-age=60').setHeader('content-type', 'application/json').end('{"id":42}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const baseUrl = `http://127.0.0.1:${server.address().port}`
  const api = createHttpClient({ baseUrl, cache, retry: false, timeout: '5s' })
  assert.deepEqual(await api.get('/cities/:id', { params: { id: 42 } }), { id: 42 })
  assert.deepEqual(await api.get('/cities/:id', { params: { id: 42 } }), { id: 42 })
  const status = fallback(
    () => api.get('/down'),
    (error) => error.context.status,
  )
  assert.equal(await status(), 503)
  assert.equal(requests, 2)
  await api.close()
  await new Promise((resolve) => void server.close(resolve))
}

async function useWeb() {
  const scope = createScope()
  scope.interval(() => {}, 60_000)
  assert.equal(scope.end().left.timer, 1)
  const nowhere = openDatabase({ name: 'app', stores: ['entries'] })
  await assert.rejects(nowhere.get('entries', 'a'), { code: 'ERR_STORAGE_UNAVAILABLE' })
  await nowhere.close()
  const database = createFakeDatabase({ stores: ['entries'], window: 0 })
  await database.put('entries', 'a', 1)
  assert.equal(await database.get('entries', 'a'), 1)
  await database.close()
  const cache = createBrowserCache({ name: 'app', ttl: '1m' })
  assert.equal(await cache.getOrSet('city', () => 'Ulm'), 'Ulm')
  assert.equal((await inspectStorage(cache)).outlivesPage, false)
  await cache.close()
}

async function useSqlite() {
  const cache = createCache({
    name: 'app',
    tiers: [memory({ maxEntries: 10 }), sqlite({ path: ':memory:' })],
    ttl: '1m',
  })
  assert.equal(await cache.getOrSet('product', () => 42), 42)
  await cache.delete('product')
  assert.equal(await cache.get('product'), undefined)
  await cache.close()
}
