/** A program that leaves an open cache, ends its pool before the cache, or does both in order. */
import { createCache, memory } from '@hotpath/core'
import { Pool } from 'pg'
import { postgres } from '../../src/index.ts'

const [port, act] = process.argv.slice(2)
const pool = new Pool({ host: '127.0.0.1', port: Number(port), user: 'admin', database: 'postgres' })
const tier = postgres({ pool })
await tier.migrate()
const cache = createCache({ name: 'ending', tiers: [memory({ maxEntries: 10 }), tier] })
await cache.set('k', 1)
if (act === 'cache.close()') await cache.close()
if (act !== 'nothing') await pool.end()
console.log(`done: ${act}`)
