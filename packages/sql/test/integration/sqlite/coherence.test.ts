import { fork } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Cache } from '@hotpath/core'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { sqlite } from '../../../src/index.ts'
import { batchCases } from '../batch-cases.ts'
import { coherenceCases } from '../coherence-cases.ts'
import { closeNodes, openNodes } from '../nodes.ts'
import { stateCases } from '../state-cases.ts'
import { until } from '../until.ts'
import { freshPath, removeFolders } from './folder.ts'

afterEach(closeNodes)
afterAll(removeFolders)

const shared = freshPath()
coherenceCases(() => sqlite({ path: shared }))
batchCases(() => sqlite({ path: shared }))
stateCases({
  tier: () => sqlite({ path: shared }),
  fill: async (name) => {
    const db = new DatabaseSync(shared)
    for (const strength of ['h', 's']) {
      db.prepare(`WITH RECURSIVE g(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n < 131071)
        REPLACE INTO hotpath_cells SELECT l.id, ?, g.n, l.position FROM g, hotpath_logs l WHERE l.name = ?`).run(
        strength,
        name,
      )
    }
    db.close()
  },
  run: async (sql) => {
    const db = new DatabaseSync(shared)
    db.exec(sql)
    db.close()
  },
})

describe('P5: what the file loses is a miss', () => {
  const losses: Record<string, (path: string, backup: string) => void> = {
    'the file': (path) => {
      for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
    },
    'all since a backup': (path, backup) => {
      for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
      renameSync(backup, path)
    },
    'the clock, which is set back': (path) => move(path, 'position + 3600000000'),
    'the clock, which was of the year 2262': (path) => move(path, '9214646400000000'),
    'the logs': (path) => {
      const db = new DatabaseSync(path)
      db.exec('DELETE FROM hotpath_logs')
      db.close()
    },
  }
  for (const [what, lose] of Object.entries(losses)) {
    test(what, async () => {
      const path = freshPath()
      const [one, other] = (await openNodes(2, () => sqlite({ path }))) as [Cache, Cache]
      await one.set('k', 'old', { tags: ['t'] })
      expect(await other.get('k')).toBe('old')
      const backup = freshPath()
      const db = new DatabaseSync(path)
      db.exec('PRAGMA wal_checkpoint(FULL)')
      db.close()
      copyFileSync(path, backup)
      lose(path, backup)
      await until('both have noticed', () => one.peek('k') === undefined && other.peek('k') === undefined)
      await until('the log is back', () => one.position() !== undefined && other.position() !== undefined)
      expect(await one.get('k')).toBeUndefined()
      await one.set('k', 'new', { tags: ['t'] })
      await until('the other has it', async () => (await other.get('k')) === 'new')
      await one.invalidateTags(['t'])
      await until('it is gone', () => other.peek('k') === undefined)
    })
  }

  test('what a crash of the machine may have lost', async () => {
    const path = freshPath()
    const [before] = (await openNodes(1, () => sqlite({ path }))) as [Cache]
    await before.set('k', 'old')
    await before.close()
    const [same] = (await openNodes(1, () => sqlite({ path }), { name: before.name })) as [Cache]
    expect(await same.get('k')).toBe('old')
    await same.close()
    const db = new DatabaseSync(path)
    db.exec("UPDATE hotpath_schema SET boot = 'another'")
    db.close()
    const [later] = (await openNodes(1, () => sqlite({ path }), { name: before.name })) as [Cache]
    expect(await later.get('k')).toBeUndefined()
  })
})

test('processes of one machine share a file', async () => {
  const path = freshPath()
  const [cache] = (await openNodes(1, () => sqlite({ path }))) as [Cache]
  const worker = new URL('worker.ts', import.meta.url)
  const options = { execArgv: ['--conditions=@hotpath/source', '--disable-warning=ExperimentalWarning'] }
  const workers = [1, 2, 3].map(() => fork(worker, [path, cache.name], options))
  try {
    await Promise.all(workers.map((child) => once(child, 'message')))
    await cache.set('k', 0, { tags: ['t'] })
    for (const child of workers) child.send('go')
    const reports = await Promise.all(workers.map(async (child) => (await once(child, 'message'))[0] as unknown))
    expect(reports).toEqual([{ stale: 0 }, { stale: 0 }, { stale: 0 }])
  } finally {
    for (const child of workers) child.kill('SIGKILL')
  }
}, 30_000)

test('P17: nothing is left open after close', async () => {
  const path = freshPath()
  const [one, other] = (await openNodes(2, () => sqlite({ path }))) as [Cache, Cache]
  await one.set('k', 1)
  await Promise.all([one.close(), other.close()])
  // The last connection takes the journal with it.
  const db = new DatabaseSync(path)
  expect(db.prepare('SELECT count(*) AS count FROM hotpath_entries').get()).toMatchObject({ count: 1 })
  db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT')
  db.close()
})

function move(path: string, position: string): void {
  const db = new DatabaseSync(path)
  db.exec(`UPDATE hotpath_logs SET position = ${position}, hard_floor = ${position}`)
  db.close()
}
