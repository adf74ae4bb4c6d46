/** A process whose files cannot grow: tells what its cache does then. */
import { randomBytes } from 'node:crypto'
import { createCache } from '@hotpath/core'
import { sqlite } from '../../../src/index.ts'
import { until } from '../until.ts'

const tiers = [sqlite({ path: process.argv[2] ?? '' })]
// What fails must not be late instead, however busy the machine is.
const cache = createCache({ name: 'd', tiers, ttl: '1h', backoff: false, tierTimeout: '15s' })
let fault = ''
cache.on('fault', ({ error }) => (fault ||= error.code))
await until('the view of the log', () => cache.position())
await cache.set('kept', 'kept')
await cache.set('large', randomBytes(2_000_000)).catch(() => {})
const loaded = await cache.getOrSet('k', () => 'loaded')
const kept = await cache.get('kept')
await cache.close()
console.log(JSON.stringify({ fault, loaded, kept }))
