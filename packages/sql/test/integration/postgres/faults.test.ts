import { readFileSync } from 'node:fs'
import { type Cache, type CacheOptions } from '@hotpath/core'
import { createEntry } from '@hotpath/contract'
import { createFakeClock } from '@hotpath/testkit'
import type { Pool, PoolClient } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { type PostgresOptions, postgres } from '../../../src/index.ts'
import { freePort } from '../../../../../scripts/free-port.ts'
import { errorCases } from '../error-cases.ts'
import { spyOnSent } from '../sent.ts'
import { openWatched } from '../nodes.ts'
import { until } from '../until.ts'
import { usePostgres, withPools } from './server.ts'

const db = usePostgres()

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A cache on PostgreSQL alone. */
function make(pool: Pool, options: Partial<PostgresOptions & Pick<CacheOptions, 'tierTimeout'>> = {}) {
  const { tierTimeout, ...ofTier } = options
  return openWatched(postgres({ pool, ...ofTier }), { backoff: false, tierTimeout })
}

const ready = (cache: Cache): Promise<void> => until('the view of the log', () => cache.position())

errorCases({
  tier: (options) => db().tier(options),
  async spoil() {
    // Both quote the row in their detail.
    await db().admin.query("ALTER TABLE hotpath_entries ADD CONSTRAINT spoiled CHECK (name <> 'secrets') NOT VALID")
    await db().admin.query('ALTER TABLE hotpath_records ADD CONSTRAINT spoiled CHECK (value IS NULL) NOT VALID')
  },
  async mend() {
    for (const table of ['entries', 'records']) {
      await db().admin.query(`ALTER TABLE hotpath_${table} DROP CONSTRAINT spoiled`)
    }
  },
})

describe('a server that cannot be used is a miss and a fault, and values are loaded', () => {
  const cases: Record<
    string,
    () => Promise<{ readonly pool: Pool; readonly prefix?: string; readonly advice: RegExp }>
  > = {
    'nobody listens': async () => ({ pool: db().connect({ port: await freePort() }), advice: /Start the server/ }),
    'tables are missing': async () => ({ pool: db().admin, prefix: 'missing', advice: /migrate\(\)/ }),
    'no rights': async () => {
      await db().admin.query('CREATE ROLE nobody LOGIN')
      return { pool: db().connect({ user: 'nobody' }), advice: /lacks a right/ }
    },
    'no such database': async () => ({ pool: db().connect({ database: 'none' }), advice: /does not exist/ }),
    'a wrong password': async () => {
      await db().admin.query("CREATE ROLE locked LOGIN PASSWORD 'right'")
      return {
        pool: db().connect({ user: 'locked', password: 'wrong' }),
        advice: /password is wrong.*Cause: password authentication failed/,
      }
    },
    'too many connections': async () => {
      await db().admin.query('CREATE ROLE crowd LOGIN CONNECTION LIMIT 0')
      return { pool: db().connect({ user: 'crowd' }), advice: /Make the pools smaller/ }
    },
    'a pooler that lends sessions for one transaction': async () => {
      const pool = db().connect()
      // Others have prepared their statements of the same name in every session.
      pool.on('connect', (client) => {
        for (const name of ['read_one', 'append', 'head']) void client.query(`PREPARE hotpath_${name} AS SELECT 1`)
      })
      return { pool, advice: /session pooling/ }
    },
    'a session that only reads': async () => ({
      pool: db().connect({ options: '-c default_transaction_read_only=on' }),
      advice: /Connect to the primary/,
    }),
  }
  for (const [what, prepare] of Object.entries(cases)) {
    test(what, async () => {
      const { pool, prefix, advice } = await prepare()
      const { cache, faults, messages } = make(pool, prefix === undefined ? {} : { prefix })
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
      await until('a fault is told', () => faults.length > 0)
      expect(messages.join('\n')).toMatch(advice)
      await expect(cache.invalidateTags(['t'])).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
      expect(await cache.getOrSet('k', () => 'again')).toBe('again')
    })
  }

  test('a replica', async () => {
    const replica = withPools(await db().replica())
    try {
      const { cache, messages } = make(replica.connect())
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
      await until('a fault is told', () => messages.length > 0)
      expect(messages.join('\n')).toMatch(/Connect to the primary/)
      await expect(cache.invalidateTags(['t'])).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
      await cache.close()
    } finally {
      await replica.stop()
    }
  }, 30_000)
})

test('the rights that docs/sql.md names are enough, and `migrate` then finds nothing to do', async () => {
  const [, grants] = /```sql postgres\n(.*?)```/s.exec(readFileSync('docs/sql.md', 'utf8')) ?? []
  await db().admin.query(`CREATE ROLE app LOGIN; ${grants}`)
  const pool = db().connect({ user: 'app' })
  await postgres({ pool }).migrate()
  const { cache, faults } = make(pool)
  await ready(cache)
  await cache.set('k', 1, { tags: ['t'] })
  expect(await cache.get('k')).toBe(1)
  expect(await cache.getOrSet('other', () => 2)).toBe(2)
  await Promise.all(Array.from({ length: 1_002 }, (_, n) => cache.invalidatePattern(`p${n}*`)))
  await cache.invalidateTags(['t'])
  await cache.set('k', 2)
  // `other` was loaded before the older half of the patterns raised the floor.
  expect(await cache.purgeExpired()).toBe(1)
  await cache.delete('k')
  const clock = createFakeClock()
  const context = { name: 'b', clock, elapsed: () => clock.monotonic(), evicted: () => {} }
  const store = postgres({ pool }).open({ ...context, fault: ({ message }) => void faults.push(message) })
  clock.advance(31_000)
  await until('a sweep', async () => (await db().admin.query('SELECT 1 FROM hotpath_sweeps')).rowCount === 1)
  await store.close()
  await db().admin.query("UPDATE hotpath_logs SET life = 'another'")
  await cache.invalidateTags(['t'])
  expect(faults).toEqual(['ERR_LOG_CROWDED'])
})

test('a deadlock is tried again', async () => {
  const pool = db().connect({ options: '-c deadlock_timeout=50ms' })
  const sent = spyOnSent(pool, 'connect')
  const { cache, faults } = make(pool, { tierTimeout: '10s' })
  await ready(cache)
  const items = ['a', 'b', 'c'].map((key) => ({ key, value: 'old' }))
  await cache.setMany(items)
  const [gate, other] = [await db().admin.connect(), await db().admin.connect()]
  const lock = (connection: PoolClient, key: string): Promise<unknown> =>
    connection.query('SELECT 1 FROM hotpath_entries WHERE name = $1 AND key = $2 FOR UPDATE', [
      cache.name,
      Buffer.from(key),
    ])
  const waiting = async (count: number): Promise<boolean> =>
    (await db().admin.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).rowCount === count
  await gate.query('BEGIN')
  await lock(gate, 'b')
  await other.query("BEGIN; SET LOCAL deadlock_timeout = '1min'")
  await lock(other, 'c')
  const written = cache.setMany(items.map(({ key }) => ({ key, value: 'new' })))
  await until('the write has the first row, and waits for the second', () => waiting(1))
  const locked = lock(other, 'a')
  await until('the other waits for the first', () => waiting(2))
  // Now the write gets to the third, which the other has: it is the last to wait, and so the one that is ended.
  await gate.query('COMMIT')
  await locked
  await other.query('COMMIT')
  gate.release()
  other.release()
  await written
  const results = await Promise.allSettled(sent.results)
  const codes = results.map((result) => result.status === 'rejected' && (result.reason as { code: string }).code)
  expect(codes.filter(Boolean)).toEqual(['40P01'])
  expect(await cache.getMany(['a', 'b', 'c'])).toEqual(['new', 'new', 'new'])
  expect(faults).toEqual([])
})

test('damaged, cut and foreign bytes are misses and faults', async () => {
  const { cache, faults } = make(db().admin)
  await ready(cache)
  await cache.set('k\0ey', { a: 1 })
  const { rows } = await db().admin.query<{ frame: Buffer }>('SELECT frame FROM hotpath_entries WHERE name = $1', [
    cache.name,
  ])
  const frame = rows[0]?.frame ?? Buffer.of()
  for (const bytes of [frame.subarray(0, 10), Buffer.from('another program'), Buffer.from([99, ...frame])]) {
    await db().admin.query('UPDATE hotpath_entries SET frame = $1 WHERE name = $2', [bytes, cache.name])
    expect(await cache.get('k\0ey')).toBeUndefined()
  }
  expect(faults).toEqual(['ERR_CODEC_FRAME', 'ERR_CODEC_FRAME', 'ERR_CODEC_FRAME'])
  expect(await cache.getOrSet('k\0ey', () => 'mended')).toBe('mended')
})

test('a table that another transaction holds is waited for, or is a miss', async () => {
  const { cache } = make(db().connect())
  await ready(cache)
  await cache.set('k', 1)
  const other = await db().admin.connect()
  await other.query('BEGIN; LOCK hotpath_entries')
  expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
  await other.query('ROLLBACK')
  other.release()
  await until('it is used again', async () => (await cache.get('k')) !== undefined)
})

test('what has expired is swept, and rows over the bound', async () => {
  const clock = createFakeClock()
  const tier = postgres({ pool: db().admin, prefix: 'swept', maxEntries: 10 })
  await tier.migrate()
  const faults: Error[] = []
  const fault = (error: Error): void => void faults.push(error)
  const context = { name: 'b', clock, elapsed: () => clock.monotonic(), evicted: () => {} }
  const store = tier.open({ ...context, fault })
  closing.push(() => store.close())
  const entry = (freshMs: number) =>
    createEntry({
      ...{ value: 1, tags: [], createdAt: clock.monotonic(), freshMs, staleMs: 0, errorMs: 0 },
      ...{ epoch: 'e', asOf: 1, aheadMs: 0 },
    })
  await store.setMany(Array.from({ length: 15 }, (_, n) => [`k${n}`, entry(60_000 + n)] as const))
  await store.set('ever', entry(Infinity))
  await db().admin.query("UPDATE swept_entries SET expires_at = 1 WHERE key = 'k14'")
  // Of leases, those that ended long ago; what ended just now keeps its fencing token.
  const leases = tier.openLease?.({ ...context, fault })
  for (const key of ['old', 'new']) await leases?.acquire(key, { ttlMs: 0 })
  await db().admin.query("UPDATE swept_leases SET expires_at = expires_at - 60000 WHERE key = 'old'")
  const keys = async (): Promise<string[]> => {
    const { rows } = await db().admin.query<{ key: Buffer }>('SELECT key FROM swept_entries ORDER BY expires_at')
    return rows.map(({ key }) => key.toString())
  }
  await until('it is swept', async () => {
    clock.advance(31_000)
    return (await keys()).length <= 10
  })
  // The soonest went, and no more than had to.
  expect(await keys()).toEqual([...Array.from({ length: 9 }, (_, n) => `k${n + 5}`), 'ever'])
  expect((await db().admin.query("SELECT convert_from(key, 'UTF8') AS key FROM swept_leases")).rows).toEqual([
    { key: 'new' },
  ])
  await leases?.close()
  // Another process has swept a moment ago.
  await db().admin.query("UPDATE swept_entries SET expires_at = 1 WHERE key = 'k5'")
  const pool = db().connect()
  const sent = spyOnSent(pool, 'connect')
  const other = postgres({ pool, prefix: 'swept', log: false }).open({ ...context, fault })
  closing.push(() => other.close())
  clock.advance(31_000)
  await until('it asks whether to sweep', () => sent.count('swept_at') === 1)
  await Promise.all(sent.results)
  await store.get('k6')
  expect(sent.count('DELETE')).toBe(0)
  expect(await keys()).toContain('k5')
  expect(faults).toEqual([])
})

test('bad options are refused at creation', () => {
  for (const options of [
    undefined,
    {},
    { pool: {} },
    { pool: db().admin, prefix: 'a b' },
    { pool: db().admin, prefix: 'A' },
  ]) {
    expect(() => postgres(options as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
  }
  expect(() => postgres({ pool: db().admin, maxEntries: 0 })).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG_UNBOUNDED' }),
  )
})

test('`migrate` may be called by many at once, and refuses tables of a newer version', async () => {
  const tier = postgres({ pool: db().admin, prefix: 'many' })
  await Promise.all(Array.from({ length: 5 }, () => tier.migrate()))
  await db().admin.query('INSERT INTO many_schema VALUES (99)')
  await expect(tier.migrate()).rejects.toMatchObject({ code: 'ERR_TIER_FAILED' })
  await expect(tier.migrate()).rejects.toThrow(/version 99/)
})
