/** What a user's CommonJS module does. */
const assert = require('node:assert/strict')
const { isHotpathError } = require('@hotpath/contract')
const { createCache, memory } = require('@hotpath/core')
const { cacheable, configureDecorators } = require('@hotpath/decorators')

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
  await cache.close()
  assert.throws(() => createCache({ name: 'consumer', ttl: -1 }), isHotpathError)
}

void main()
