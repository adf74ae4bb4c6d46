import { readFileSync } from 'node:fs'
import { type Cache, type CacheOptions } from '@hotpath/core'
import { createEntry } from '@hotpath/contract'
import { createFakeClock } from '@hotpath/testkit'
import { createPool as createCallbackPool } from 'mysql2'
import type { Pool } from 'mysql2/promise'
import { afterEach, describe, expect, test } from 'vitest'
import { freePort } from '../../../../../scripts/free-port.ts'
import { type MysqlOptions, mysql } from '../../../src/index.ts'
import { errorCases } from '../error-cases.ts'
import { spyOnSent } from '../sent.ts'
import { openWatched } from '../nodes.ts'
import { until } from '../until.ts'
import { useMariadb } from './server.ts'

const db = useMariadb()

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A cache on the database alone. */
function make(pool: Pool, options: Partial<MysqlOptions & Pick<CacheOptions, 'tierTimeout'>> = {}) {
  const { tierTimeout, ...ofTier } = options
  return openWatched(mysql({ pool, ...ofTier }), { backoff: false, tierTimeout })
}

const ready = (cache: Cache): Promise<void> => until('the view of the log', () => cache.position())

async function rowsOf<Row>(sql: string, values: unknown[] = []): Promise<Row[]> {
  return (await db().admin.query(sql, values))[0] as Row[]
}

async function statusOf(name: string): Promise<number> {
  const [status] = await rowsOf<{ Value: string }>('SHOW GLOBAL STATUS LIKE ?', [name])
  return Number(status?.Value)
}

errorCases({
  tier: (options) => db().tier(options),
  async spoil() {
    // What is too long for its column is quoted, and so is the statement.
    await db().admin.query('ALTER TABLE hotpath_entries MODIFY epoch VARCHAR(1) NOT NULL')
    await db().admin.query('ALTER TABLE hotpath_records MODIFY value VARBINARY(1) NOT NULL')
  },
  async mend() {
    await db().admin.query('ALTER TABLE hotpath_entries MODIFY epoch VARCHAR(32) NOT NULL')
    await db().admin.query('ALTER TABLE hotpath_records MODIFY value VARBINARY(600) NOT NULL')
  },
})

describe('a server that cannot be used is a miss and a fault, and values are loaded', () => {
  const cases: Record<
    string,
    () => Promise<{ readonly pool: Pool; readonly prefix?: string; readonly advice: RegExp }>
  > = {
    'nobody listens': async () => ({ pool: db().connect({ port: await freePort() }), advice: /Start the server/ }),
    'tables and procedures are missing': async () => ({ pool: db().admin, prefix: 'missing', advice: /migrate\(\)/ }),
    'no rights': async () => {
      await db().admin.query("CREATE USER nobody@'127.0.0.1'; GRANT SELECT ON app.hotpath_schema TO nobody@'127.0.0.1'")
      return { pool: db().connect({ user: 'nobody' }), advice: /lacks a right/ }
    },
    'no such database': async () => ({ pool: db().connect({ database: 'none' }), advice: /does not exist/ }),
    'a wrong password': async () => {
      await db().admin.query("CREATE USER locked@'127.0.0.1' IDENTIFIED BY 'right'")
      return {
        pool: db().connect({ user: 'locked', password: 'wrong' }),
        advice: /password is wrong.*Cause: Access denied for user/,
      }
    },
    'too many connections': async () => {
      await db().admin.query(
        "CREATE USER crowd@'127.0.0.1' WITH MAX_USER_CONNECTIONS 1; GRANT ALL ON app.* TO crowd@'127.0.0.1'",
      )
      const pool = db().connect({ user: 'crowd' })
      const connection = await pool.getConnection()
      closing.push(() => connection.release())
      return { pool, advice: /Make the pools smaller/ }
    },
    'connections without autocommit': async () => {
      const pool = db().connect()
      pool.on('connection', (connection) => connection.query('SET autocommit = 0'))
      return { pool, advice: /must have autocommit/ }
    },
  }
  for (const [what, prepare] of Object.entries(cases)) {
    test(what, async () => {
      const { pool, prefix, advice } = await prepare()
      const { cache, faults, messages } = make(pool, prefix === undefined ? {} : { prefix })
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
      await until('a fault is told', () => faults.length > 0)
      await expect(cache.invalidateTags(['t'])).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
      expect(messages.join('\n')).toMatch(advice)
      expect(await cache.getOrSet('k', () => 'again')).toBe('again')
    })
  }

  test('a server that only reads, as a replica does', async () => {
    await db().admin.query('SET GLOBAL read_only = 1')
    try {
      const { cache, messages } = make(db().connect())
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
      await until('a fault is told', () => messages.length > 0)
      expect(messages.join('\n')).toMatch(/Connect to the primary/)
      await expect(cache.invalidateTags(['t'])).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
    } finally {
      await db().admin.query('SET GLOBAL read_only = 0')
    }
  })
})

test('the rights that docs/sql.md names are enough, and `migrate` then finds nothing to do', async () => {
  const [, grants] = /```sql mysql\n(.*?)```/s.exec(readFileSync('docs/sql.md', 'utf8')) ?? []
  await db().admin.query(`CREATE USER app@'%'; ${grants}`)
  const pool = db().connect({ user: 'app' })
  await mysql({ pool }).migrate()
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
  const store = mysql({ pool }).open({ ...context, fault: ({ message }) => void faults.push(message) })
  clock.advance(31_000)
  await until('a sweep', async () => (await rowsOf('SELECT 1 FROM hotpath_sweeps WHERE swept_at > 0')).length === 1)
  await store.close()
  await db().admin.query("UPDATE hotpath_logs SET life = 'another'")
  await cache.invalidateTags(['t'])
  expect(faults).toEqual(['ERR_LOG_CROWDED'])
})

test('a deadlock is tried again', async () => {
  const { cache, faults } = make(db().connect())
  await ready(cache)
  const items = ['a', 'b', 'c'].map((key) => ({ key, value: 'old' }))
  await cache.setMany(items)
  const other = await db().admin.getConnection()
  const lock = async (key: string): Promise<unknown> =>
    other.query('UPDATE hotpath_entries SET as_of = as_of WHERE name = ? AND `key` = ?', [cache.name, key])
  await other.query('BEGIN')
  // The server ends the one that has done less.
  await other.query('INSERT INTO hotpath_sweeps SELECT seq, 0 FROM seq_100_to_200')
  await lock('b')
  const written = cache.setMany(items.map(({ key }) => ({ key, value: 'new' })))
  await until('the write waits', async () => (await statusOf('Innodb_row_lock_current_waits')) === 1)
  await lock('a')
  await other.query('ROLLBACK')
  other.release()
  await written
  expect(await statusOf('Innodb_deadlocks')).toBe(1)
  expect(await cache.getMany(['a', 'b', 'c'])).toEqual(['new', 'new', 'new'])
  expect(faults).toEqual([])
})

test('damaged, cut and foreign bytes are misses and faults', async () => {
  const { cache, faults } = make(db().admin)
  await ready(cache)
  await cache.set('k\0ey', { a: 1 })
  const [row] = await rowsOf<{ frame: Buffer }>('SELECT frame FROM hotpath_entries WHERE name = ?', [cache.name])
  const frame = row?.frame ?? Buffer.of()
  for (const bytes of [frame.subarray(0, 10), Buffer.from('another program'), Buffer.from([99, ...frame])]) {
    await db().admin.query('UPDATE hotpath_entries SET frame = ? WHERE name = ?', [bytes, cache.name])
    expect(await cache.get('k\0ey')).toBeUndefined()
  }
  expect(faults).toEqual(['ERR_CODEC_FRAME', 'ERR_CODEC_FRAME', 'ERR_CODEC_FRAME'])
  expect(await cache.getOrSet('k\0ey', () => 'mended')).toBe('mended')
})

test('a value that is larger than the server takes is returned, told of and not stored', async () => {
  await db().admin.query('SET GLOBAL max_allowed_packet = 1024 * 1024')
  try {
    const { cache, faults } = make(db().connect(), { tierTimeout: '30s' })
    const evicted: string[] = []
    cache.on('evict', ({ key, reason }) => evicted.push(`${key} ${reason}`))
    await ready(cache)
    const numbers = (length: number): number[] => Array.from({ length }, (_, n) => Math.sin(n))
    const items = Array.from({ length: 20 }, (_, n) => ({ key: `k${n}`, value: numbers(n === 5 ? 100_000 : 10_000) }))
    await cache.setMany(items)
    expect(evicted).toEqual(['k5 max-entry-bytes'])
    const read = await cache.getMany(items.map(({ key }) => key))
    expect(faults).toEqual([])
    expect(read).toEqual(items.map(({ value }, n) => (n === 5 ? undefined : value)))
  } finally {
    await db().admin.query('SET GLOBAL max_allowed_packet = 16 * 1024 * 1024')
  }
})

test('what has expired is swept, and rows over the bound', async () => {
  const clock = createFakeClock()
  const tier = mysql({ pool: db().admin, prefix: 'swept', maxEntries: 10 })
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
  await db().admin.query("UPDATE swept_entries SET expires_at = 1 WHERE `key` = 'k14'")
  // Of leases, those that ended long ago; what ended just now keeps its fencing token.
  const leases = tier.openLease?.({ ...context, fault })
  for (const key of ['old', 'new']) await leases?.acquire(key, { ttlMs: 0 })
  await db().admin.query("UPDATE swept_leases SET expires_at = expires_at - 60000 WHERE `key` = 'old'")
  const keys = async (): Promise<string[]> => {
    const rows = await rowsOf<{ key: Buffer }>('SELECT `key` FROM swept_entries ORDER BY expires_at')
    return rows.map(({ key }) => key.toString())
  }
  await until('it is swept', async () => {
    clock.advance(31_000)
    return (await keys()).length <= 10
  })
  // The soonest went, and no more than had to.
  expect(await keys()).toEqual([...Array.from({ length: 9 }, (_, n) => `k${n + 5}`), 'ever'])
  expect(await rowsOf('SELECT CONVERT(`key` USING utf8mb4) AS k FROM swept_leases')).toEqual([{ k: 'new' }])
  await leases?.close()
  // Another process has swept a moment ago.
  await db().admin.query("UPDATE swept_entries SET expires_at = 1 WHERE `key` = 'k5'")
  const pool = db().connect()
  const sent = spyOnSent(pool, 'getConnection')
  const other = mysql({ pool, prefix: 'swept', log: false }).open({ ...context, fault })
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
  const callbacks = createCallbackPool({ host: '127.0.0.1', port: db().port })
  closing.push(() => callbacks.promise().end())
  for (const options of [undefined, {}, { pool: {} }, { pool: callbacks }, { pool: db().admin, prefix: 'A' }]) {
    expect(() => mysql(options as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
  }
  expect(() => mysql({ pool: db().admin, maxEntries: 0 })).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG_UNBOUNDED' }),
  )
  for (const pollInterval of [0, '1m'] as const) {
    expect(() => mysql({ pool: db().admin, pollInterval })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_DURATION' }),
    )
  }
})

test('`migrate` may be called by many at once, refuses tables of a newer version, and `schema` says what it runs', async () => {
  const tier = mysql({ pool: db().admin, prefix: 'many' })
  await Promise.all(Array.from({ length: 5 }, () => tier.migrate()))
  await db().admin.query('INSERT INTO many_schema VALUES (99)')
  await expect(tier.migrate()).rejects.toMatchObject({ code: 'ERR_TIER_FAILED' })
  await expect(tier.migrate()).rejects.toThrow(/version 99/)
})
