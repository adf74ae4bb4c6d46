/** What a user's ES module does. Arguments: every entry point. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { isHotpathError } from '@hotpath/contract'
import { createCache, memory } from '@hotpath/core'
import { Cacheable, configureDecorators } from '@hotpath/decorators'
import { batch, compose, currentCall, retry, timeout } from '@hotpath/request'
import { createHttpClient } from '@hotpath/request/http'

const require = createRequire(import.meta.url)

for (const name of process.argv.slice(2)) {
  const exported = namesOf(await import(name))
  assert.notEqual(exported.length, 0, `\`${name}\` exports nothing`)
  assert.deepEqual(namesOf(require(name)), exported, `\`${name}\` exports other names to CommonJS`)
}

let loads = 0
const cache = createCache({ name: 'consumer', tiers: [memory({ maxEntries: 10 })], ttl: '1m' })
const load = () => cache.getOrSet(['city', 42], () => ++loads)
assert.equal(await load(), 1)
assert.equal(await load(), 1)

// What one format of the decorators is told, the other knows, too.
const restore = configureDecorators({ cache })
class Cities {
  async find(id) {
    return `city ${id}, load ${++loads}`
  }
}
const find = Object.getOwnPropertyDescriptor(Cities.prototype, 'find')
Object.defineProperty(Cities.prototype, 'find', Cacheable()(Cities.prototype, 'find', find))
const cities = new Cities()
assert.equal(await cities.find(7), 'city 7, load 2')
assert.equal(await cities.find(7), 'city 7, load 2')
const { cacheable, invalidate } = require('@hotpath/decorators')
assert.equal(await cacheable(async (id) => -id, { name: 'negative' })(7), -7)
assert.equal(await cache.get(['negative', 7]), -7)
await invalidate(cities, 'find', 7)
assert.equal(await cities.find(7), 'city 7, load 3')
restore()

// Policies of one format know the call that the other has begun.
const flaky = async () => {
  const { attempt } = require('@hotpath/request').currentCall()
  if (attempt < 2) throw new Error('busy')
  return currentCall().attempt
}
assert.equal(await compose(flaky, timeout('5s'), retry({ attempts: 3, delay: '1ms' }))(), 2)
const names = batch(async (ids) => ids.map((id) => `name ${id}`))
assert.deepEqual(await Promise.all([names.load(1), names.load(2)]), ['name 1', 'name 2'])

const server = createServer((_, response) => {
  loads++
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=60' }).end('{"name":"Ulm"}')
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const api = createHttpClient({ baseUrl: `http://127.0.0.1:${server.address().port}`, cache })
assert.deepEqual(await api.get('/cities/42'), { name: 'Ulm' })
assert.deepEqual(await api.get('/cities/42'), { name: 'Ulm' })
assert.equal(loads, 4)
await api.close()
server.close()
await cache.close()

// An application may get both formats of a package; an error of one is recognized by the other.
assert.throws(() => require('@hotpath/core').createCache({ name: 'consumer', ttl: -1 }), isHotpathError)

function namesOf(exports) {
  return Object.keys(exports)
    .filter((name) => !['default', 'module.exports', '__esModule'].includes(name))
    .sort()
}
