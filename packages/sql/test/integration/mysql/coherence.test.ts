import type { Cache } from '@hotpath/core'
import { describe, expect, test } from 'vitest'
import { mysql } from '../../../src/index.ts'
import { batchCases } from '../batch-cases.ts'
import { coherenceCases } from '../coherence-cases.ts'
import { openNodes } from '../nodes.ts'
import { spyOnSent } from '../sent.ts'
import { stateCases } from '../state-cases.ts'
import { until } from '../until.ts'
import { useMariadb } from './server.ts'

const db = useMariadb()

coherenceCases(() => db().tier())
batchCases(() => db().tier())
stateCases({
  tier: () => db().tier(),
  fill: async (name) => {
    for (const strength of ['h', 's']) {
      await db().admin.query(
        `REPLACE INTO hotpath_cells SELECT l.id, ?, seq, l.position FROM hotpath_logs l, seq_0_to_131071 WHERE l.name = ?`,
        [strength, name],
      )
    }
  },
  run: (sql) => db().admin.query(sql),
})

describe('P5: what the server loses is a miss', () => {
  const losses: Record<string, readonly string[]> = {
    'the logs': ['DELETE FROM hotpath_logs'],
    'all of its tables': ['logs', 'cells', 'records', 'entries'].map((table) => `TRUNCATE hotpath_${table}`),
    'its clock, which is set back': ['UPDATE hotpath_logs SET position = position + 3600000000'],
    'its clock, which was of the year 2262': ['UPDATE hotpath_logs SET position = 9214646400000000'],
    'its life, as after a failover': ["UPDATE hotpath_logs SET life = 'another'"],
  }
  for (const [what, statements] of Object.entries(losses)) {
    test(what, async () => {
      const [one, other] = (await openNodes(2, () => db().tier())) as [Cache, Cache]
      await one.set('k', 'old', { tags: ['t'] })
      expect(await other.get('k')).toBe('old')
      for (const statement of statements) await db().admin.query(statement)
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

describe('when the server crashes and comes back', () => {
  const epochOf = async ({ name }: Cache): Promise<string> => {
    const [rows] = await db().connect().query('SELECT epoch FROM hotpath_logs WHERE name = ?', [name])
    return (rows as { epoch: string }[])[0]?.epoch ?? ''
  }

  test('what was invalidated stays so, and the log lives on', async () => {
    const options = { tierTimeout: '5s', backoff: false } as const
    const [one, other] = (await openNodes(2, () => db().tier(), options)) as [Cache, Cache]
    await one.set('k', 'old', { tags: ['t'] })
    expect(await other.get('k')).toBe('old')
    const epoch = await epochOf(one)
    const token = await one.invalidateTags(['t'])
    await db().crash()
    for (const cache of [one, other]) {
      await until('it is asked again', async () => (await cache.getOrSet('k', () => 'new', { after: token })) === 'new')
    }
    await until('they hear of each other', async () => {
      const written = await one.set('k', 'newer').catch(() => undefined)
      return written && (await other.get('k', { after: written })) === 'newer'
    })
    expect(await epochOf(one)).toBe(epoch)
  }, 30_000)

  test('rule 8: where commits may be lost, a new epoch begins', async () => {
    const [one] = (await openNodes(1, () => db().tier())) as [Cache]
    await db().kill()
    await db().restart(['--innodb-flush-log-at-trx-commit=0'])
    await until('it stores again', async () => {
      await one.set('k', 'old').catch(() => {})
      return (await one.get('k')) === 'old'
    })
    const epoch = await epochOf(one)
    await db().kill()
    await db().restart(['--innodb-flush-log-at-trx-commit=0'])
    await until('a new epoch', async () => ![epoch, ''].includes(await epochOf(one)))
    await until('it is noticed', () => one.peek('k') === undefined)
    await until('the view of the log', () => one.position())
    expect(await one.get('k')).toBeUndefined()
    await db().kill()
    await db().restart()
  }, 60_000)
})

test('connections are ended again and again, and nothing that is old comes back', async () => {
  const [one, other] = (await openNodes(2, () => db().tier())) as [Cache, Cache]
  for (let round = 0; round < 5; round++) {
    await one.set('k', round, { tags: ['t'] }).catch(() => {})
    await other.get('k')
    const [rows] = await db().admin.query('SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID()')
    for (const { id } of rows as { id: number }[])
      await db()
        .admin.query('KILL ?', [id])
        .catch(() => {})
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
  const [other] = (await openNodes(1, () => mysql({ pool }), { name: one.name })) as [Cache]
  const keys = Array.from({ length: 200 }, (_, n) => ['k', n] as const)
  const sent = spyOnSent(pool, 'getConnection')
  await Promise.all(keys.map((key) => one.set(key, key[1])))
  expect(await Promise.all(keys.map((key) => other.get(key)))).toEqual(keys.map(([, n]) => n))
  expect(sent.count('frame')).toBe(1)
  expect(await Promise.all(keys.map((key) => other.get(key)))).toEqual(keys.map(([, n]) => n))
  expect(sent.count('frame')).toBe(1)
})

test('P3: others hear of it soon', async () => {
  const [one, other] = (await openNodes(2, () => db().tier())) as [Cache, Cache]
  for (let round = 0; round < 5; round++) {
    await one.set('k', round)
    expect(await other.getOrSet('k', () => round)).toBeDefined()
    const startedAt = performance.now()
    await one.delete('k')
    await until('the other has heard', () => other.peek('k') === undefined)
    // By less than the look of each log by itself, every second: they were woken.
    expect(performance.now() - startedAt).toBeLessThan(400)
  }
})
