/** A client in another runtime: reads, caches, validates, follows a redirect, decodes, joins, fails, and lets the process end. */
import assert from 'node:assert/strict'
import { createCache, memory } from '@hotpath/core'
import { createHttpClient } from '../../../../src/http/index.ts'

const [baseUrl = '', otherUrl = ''] = process.argv.slice(2)
const cache = createCache({ name: 'http', tiers: [memory({ maxEntries: 100 })] })
const api = createHttpClient({ baseUrl, cache, retry: { attempts: 2, delay: 1 }, headers: { 'x-api-key': 'secret' } })

assert.deepEqual(await api.get('/json', { query: { a: 1 } }), { url: '/json?a=1', body: '' })
assert.equal((await api.fetch('/json', { query: { a: 1 } })).from, 'cache')
assert.deepEqual(await api.post('/echo', { body: { grüß: 1 } }), { url: '/echo', body: '{"grüß":1}' })
assert.equal(await api.get('/gzip'), 'long '.repeat(1_000))
await api.get('/etag')
assert.equal((await api.fetch('/etag')).from, 'revalidated')
assert.equal((await api.fetch('/redirect', { redirect: 'manual' })).status, 302)
const arrived: object = await api.get('/redirect')
assert.equal('x-api-key' in arrived, false, 'another origin must not see the key')
const [one, two] = await Promise.all([api.get('/count'), api.get('/count')])
assert.equal(one, two)
await assert.rejects(api.get('/404'), { code: 'ERR_HTTP_STATUS', status: 404 })
await assert.rejects(api.get('/hang', { timeout: 100 }), { code: 'ERR_REQUEST_TIMEOUT' })
const controller = new AbortController()
const left = api.get('/hang', { signal: controller.signal })
controller.abort(new Error('left'))
await assert.rejects(left, /left/)
await assert.rejects(createHttpClient({ baseUrl: otherUrl.replace(/\d+$/, '1'), retry: false }).get('/'), {
  code: 'ERR_HTTP_NETWORK',
})
await api.close()
await cache.close()
console.log('END')
