/**
 * The same load for Drizzle bare, with a cache of Drizzle's own port over Redis, and through the optimizer over the same Redis:
 * reads by key with Zipf's law and writes of one row. A read is stale when it began after a write was acknowledged and
 * shows the row as it was before.
 */
import { performance } from 'node:perf_hooks'
import { createCache, memory } from '@hotpath/core'
import { createQueryOptimizer } from '@hotpath/db'
import { pgClient } from '@hotpath/db/drizzle'
import { pg } from '@hotpath/db/pg'
import { redis } from '@hotpath/redis'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Redis } from 'ioredis'
import { startRedis } from '../../../../scripts/redis-server.ts'
import { percentile } from '../rounds.ts'
import { type Accounts, ROWS } from './database.ts'
import { DrizzleRedisCache } from './drizzle-redis-cache.ts'
import { type DrizzleDb, readVersion, writeVersion } from './of-drizzle.ts'

const CALLERS = 16
/** One of so many calls is a write. */
const WRITES = { 'one in 20 writes': 20, 'one in 200 writes': 200 }

/** Prints a table. */
export async function load(database: Accounts, calls: number): Promise<void> {
  const server = await startRedis()
  const client = new Redis(server.url)
  const cache = createCache({ name: 'load', tiers: [memory({ maxEntries: 50_000 }), redis({ client })] })
  const own = database.pool()
  const optimizer = createQueryOptimizer({ cache, driver: pg(own), schemaCheck: '1h', leakAfter: false })
  await cache.ready()
  try {
    console.log(`\n${calls.toLocaleString('en')} calls of ${CALLERS} callers, Drizzle on PostgreSQL`)
    console.log('| | | hit rate | queries/s | p95 ms | stale |\n| --- | --- | --: | --: | --: | --: |')
    for (const [name, every] of Object.entries(WRITES)) {
      const port = new DrizzleRedisCache(client)
      const contestants: readonly (readonly [string, DrizzleDb, () => number])[] = [
        ['Drizzle alone', drizzle({ client: database.pool() }), () => 0],
        ["Drizzle's own port", drizzle({ client: database.pool(), cache: port }), () => port.hits],
        ['hotpath', drizzle({ client: pgClient(optimizer, own) }), () => optimizer.stats().hits],
      ]
      for (const [contestant, db, hits] of contestants) {
        await client.flushall()
        await cache.clear()
        const before = hits()
        const { reads, perSecond, p95Ms, stale } = await run(db, calls, every)
        const rate = (((hits() - before) / reads) * 100).toFixed(1)
        console.log(
          `| ${name} | ${contestant} | ${rate} % | ${Math.round(perSecond).toLocaleString('en')} | ${p95Ms.toFixed(2)} | ${stale} |`,
        )
      }
    }
  } finally {
    await optimizer.close()
    await cache.close()
    client.disconnect()
    server.stop()
  }
}

interface Outcome {
  readonly reads: number
  readonly perSecond: number
  readonly p95Ms: number
  readonly stale: number
}

async function run(db: DrizzleDb, calls: number, every: number): Promise<Outcome> {
  const random = randomFrom(7)
  // Zipf's law with exponent 1, by its inverse.
  const draw = (): number => Math.max(1, Math.floor(ROWS ** random()))
  const acknowledged = new Map<number, number>()
  const times: number[] = []
  let [called, reads, stale] = [0, 0, 0]
  const caller = async (): Promise<void> => {
    while (called < calls) {
      const isWrite = called++ % every === 0
      const id = draw()
      const startedAt = performance.now()
      if (isWrite) {
        acknowledged.set(id, Math.max(acknowledged.get(id) ?? 0, await writeVersion(db, id)))
      } else {
        const known = acknowledged.get(id) ?? 0
        if ((await readVersion(db, id)) < known) stale++
        reads++
      }
      times.push(performance.now() - startedAt)
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: CALLERS }, caller))
  const perSecond = (calls / (performance.now() - startedAt)) * 1_000
  return {
    reads,
    perSecond,
    p95Ms: percentile(
      times.toSorted((a, b) => a - b),
      0.95,
    ),
    stale,
  }
}

/** A small seeded generator (Lehmer 1951, MINSTD). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}
