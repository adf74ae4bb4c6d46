/** How many round trips the query optimizer takes: to Redis for a hit and for a write, and to the database. */
import { createCache } from '@hotpath/core'
import { createQueryOptimizer } from '@hotpath/db'
import { pg } from '@hotpath/db/pg'
import { redis } from '@hotpath/redis'
import { Redis } from 'ioredis'
import { Pool, type PoolClient, type PoolConfig } from 'pg'
import { startRedis } from '../../../scripts/redis-server.ts'
import { CommandCounter } from './commands.ts'

/** Counts and prints them. Memory is left out, so that a hit is one in Redis. */
export async function roundTrips(to: PoolConfig): Promise<void> {
  const pool = new Pool(to)
  const server = await startRedis()
  // Before anybody sends a command: the client takes one that it is shown too early for a reply.
  const redisCommands = new CommandCounter(server.url)
  await redisCommands.start()
  const client = new Redis(server.url)
  const cache = createCache({ name: 'trips', tiers: [redis({ client })] })
  const db = createQueryOptimizer({ cache, driver: pg(pool), schemaCheck: '1h', leakAfter: false })
  let statements = 0
  const count = (one: PoolClient): void => {
    const query = one.query.bind(one) as (...args: unknown[]) => unknown
    one.query = ((...args: unknown[]) => {
      statements++
      return query(...args)
    }) as never
  }
  pool.on('connect', count)
  try {
    const read = 'select id, name from accounts where id = $1'
    const write = 'update accounts set balance = balance + 1 where id = $1'
    const measure = async (what: string, run: (attempt: number) => Promise<unknown>): Promise<void> => {
      let least = Number.POSITIVE_INFINITY
      const commands = await redisCommands.of(async (attempt) => {
        statements = 0
        await run(attempt)
        least = Math.min(least, statements)
      })
      console.log(`  ${what.padEnd(40)} ${commands} to Redis, ${least} to the database`)
    }
    console.log('Round trips')
    await db.query(read, [1])
    await measure('a hit from Redis', () => db.query(read, [1]))
    await measure('a miss', (attempt) => db.query(read, [attempt + 100]))
    await measure('a write', (attempt) => db.query(write, [attempt + 1]))
    await measure('a transaction of one write', (attempt) => db.transaction((tx) => tx.query(write, [attempt + 1])))
  } finally {
    redisCommands.close()
    await db.close()
    await cache.close()
    client.disconnect()
    await pool.end()
    server.stop()
  }
}
