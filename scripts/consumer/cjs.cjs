/** What a user's CommonJS module does. */
const assert = require('node:assert/strict')
const { isHotpathError } = require('@hotpath/contract')
const { createCache, memory } = require('@hotpath/core')
const { cacheable, configureDecorators } = require('@hotpath/decorators')
const { createServer } = require('node:http')
const { dedupe, fallback } = require('@hotpath/request')
const { createHttpClient } = require('@hotpath/request/http')

async function main() {
  let loads = 0
  const cache = createCache({ name: 'consumer', tiers: [memory({ maxEntries: 10 })], ttl: '1m' })
  const load = () => cache.getOrSet(['city', 42], () => ++loads)
  assert.equal(await load(), 1)
  assert.equal(await load(), 1)
  configureDecorators({ cache })
  const country = cacheable(async (id) => `country ${id}, load ${++loads}`, { name: 'country' })
  assert.equal(await country(7), 'country 7, load 2')
  assert.equal(await country(7), 'country 7, load 2')
  const shared = dedupe(async (id) => `city ${id}, load ${++loads}`)
  assert.deepEqual(await Promise.all([shared(1), shared(1)]), ['city 1, load 3', 'city 1, load 3'])
  const server = createServer((_, response) => response.writeHead(503).end()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const api = createHttpClient({ baseUrl: `http://127.0.0.1:${server.address().port}`, retry: false })
  assert.equal(
    await fallback(
      () => api.get('/cities/42'),
      () => 'nobody answers',
    )(),
    'nobody answers',
  )
  await api.close()
  server.close()
  await cache.close()
  assert.throws(() => createCache({ name: 'consumer', ttl: -1 }), isHotpathError)
}

void main()
