import type { Cache } from '@hotpath/core'
import { describe, expect, test } from 'vitest'
import { type SqlTier, postgres } from '../../../src/index.ts'
import { batchCases } from '../batch-cases.ts'
import { coherenceCases } from '../coherence-cases.ts'
import { openNodes } from '../nodes.ts'
import { spyOnSent } from '../sent.ts'
import { stateCases } from '../state-cases.ts'
import { until } from '../until.ts'
import { usePostgres } from './server.ts'

const db = usePostgres()

coherenceCases(() => db().tier())
batchCases(() => db().tier())
stateCases({
  tier: () => db().tier(),
  fill: (name) =>
    db().admin.query(
      `INSERT INTO hotpath_cells SELECT l.id, s, c, l.position FROM hotpath_logs l, unnest(ARRAY['h', 's']) s,
        generate_series(0, 131071) c WHERE l.name = $1
        ON CONFLICT ON CONSTRAINT hotpath_cells_pkey DO UPDATE SET position = excluded.position`,
      [name],
    ),
  run: (sql) => db().admin.query(sql),
})

describe('P5: what the server loses is a miss', () => {
  const losses: Record<string, () => Promise<unknown>> = {
    'the logs': () => db().admin.query('DELETE FROM hotpath_logs'),
    'all of its tables': () =>
      db().admin.query('TRUNCATE hotpath_logs, hotpath_cells, hotpath_records, hotpath_entries'),
    'its clock, which is set back': () => db().admin.query('UPDATE hotpath_logs SET position = position + 3600000000'),
    'its clock, which was of the year 2262': () =>
      db().admin.query('UPDATE hotpath_logs SET position = 9214646400000000'),
    'its life, as after a failover': () => db().admin.query("UPDATE hotpath_logs SET life = 'another'"),
  }
  for (const [what, lose] of Object.entries(losses)) {
    test(what, async () => {
      const [one, other] = (await openNodes(2, () => db().tier())) as [Cache, Cache]
      await one.set('k', 'old', { tags: ['t'] })
      expect(await other.get('k')).toBe('old')
      await lose()
      await until('both have noticed', () => one.peek('k') === undefined && other.peek('k') === undefined)
      await until('the log is back', () => one.position() !== undefined && other.position() !== undefined)
      expect(await one.get('k')).toBeUndefined()
      await one.set('k', 'new', { tags: ['t'] })
      await until('the other has it', async () => (await other.get('k')) === 'new')
      await one.invalidateTags(['t'])
      await until('it is gone', () => other.peek('k') === undefined)
    })
  }
})

test('an entry lives no longer when the clock of the server is set back by an hour, and leases are taken', async () => {
  await db().admin.query('CREATE SCHEMA shifted; CREATE TABLE shifted.shift (by interval)')
  await db().admin.query("INSERT INTO shifted.shift VALUES ('0')")
  // Found before the one of the system, by the path.
  await db().admin.query(`CREATE FUNCTION shifted.clock_timestamp() RETURNS timestamptz LANGUAGE sql
    AS 'SELECT pg_catalog.clock_timestamp() + by FROM shifted.shift'`)
  const tier = (): SqlTier => postgres({ pool: db().connect({ options: '-c search_path=public,shifted,pg_catalog' }) })
  const [one, other] = (await openNodes(2, tier, { ttl: '1s' })) as [Cache, Cache]
  await one.getOrSet('k', () => 'old')
  await one.set('long', 'old', { ttl: '10m' })
  await until('it is stored', async () => (await other.get('k')) === 'old')
  const lease = one.getOrSet('slow', () => new Promise((resolve) => void setTimeout(() => resolve('loaded'), 300)))
  await db().admin.query("UPDATE shifted.shift SET by = '-1 hour'")
  const [later] = (await openNodes(1, tier, { name: one.name, ttl: '1s' })) as [Cache]
  // Nobody can date it any more.
  expect(await later.get('long')).toBeUndefined()
  await lease
  await until('it is gone', async () => {
    const found = await Promise.all([one, other, later].map((cache) => cache.get('k')))
    return found.every((value) => value === undefined)
  })
  const startedAt = performance.now()
  expect(await other.getOrSet('slow', () => 'again')).toBeDefined()
  expect(await later.getOrSet('k', () => 'new')).toBe('new')
  await until('what is new is shared', async () => (await other.get('k')) === 'new')
  expect(performance.now() - startedAt).toBeLessThan(2_000)
}, 30_000)

test('what was invalidated stays so when the server crashes and comes back', async () => {
  const [one, other] = (await openNodes(2, () => db().tier(), {
    tierTimeout: '5s',
    backoff: false,
  })) as [Cache, Cache]
  await one.set('k', 'old', { tags: ['t'] })
  expect(await other.get('k')).toBe('old')
  const token = await one.invalidateTags(['t'])
  await db().crash()
  for (const cache of [one, other]) {
    await until('it is asked again', async () => (await cache.getOrSet('k', () => 'new', { after: token })) === 'new')
  }
  await until('they hear of each other', async () => {
    const written = await one.set('k', 'newer').catch(() => undefined)
    return written && (await other.get('k', { after: written })) === 'newer'
  })
}, 30_000)

test('connections are ended again and again, and nothing that is old comes back', async () => {
  const [one, other] = (await openNodes(2, () => db().tier())) as [Cache, Cache]
  for (let round = 0; round < 5; round++) {
    await one.set('k', round, { tags: ['t'] }).catch(() => {})
    await other.get('k')
    await db().admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()')
    await until('the write is through', () =>
      one.invalidateTags(['t']).then(
        () => true,
        () => false,
      ),
    )
    await until('it is gone', () => other.peek('k') === undefined)
    expect(await other.get('k')).toBeUndefined()
  }
}, 30_000)

test('P13: reads of one turn are one statement, and P14: a memory hit is none', async () => {
  const pool = db().connect()
  const [one] = (await openNodes(1, () => db().tier())) as [Cache]
  const [other] = (await openNodes(1, () => postgres({ pool }), { name: one.name })) as [Cache]
  const keys = Array.from({ length: 200 }, (_, n) => ['k', n] as const)
  await one.setMany(keys.map((key) => ({ key, value: key[1] })))
  const sent = spyOnSent(pool, 'connect')
  expect(await Promise.all(keys.map((key) => other.get(key)))).toEqual(keys.map(([, n]) => n))
  expect(sent.count('frame')).toBe(1)
  expect(await Promise.all(keys.map((key) => other.get(key)))).toEqual(keys.map(([, n]) => n))
  expect(sent.count('frame')).toBe(1)
})

test('notifications wake: nobody waits for the next look', async () => {
  const [one, other] = (await openNodes(2, () => db().tier())) as [Cache, Cache]
  await one.set('k', 1)
  await until('it listens', async () => (await listening()) >= 2)
  for (let round = 0; round < 5; round++) {
    expect(await other.getOrSet('k', () => round)).toBeDefined()
    const startedAt = performance.now()
    await one.delete('k')
    await until('the other has heard', () => other.peek('k') === undefined)
    expect(performance.now() - startedAt).toBeLessThan(400)
  }
})

async function listening(): Promise<number> {
  const { rows } = await db().admin.query("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
  return rows.length
}
