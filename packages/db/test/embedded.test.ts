/** Databases in the process, of which several drivers may be made. */
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createCache, memory } from '@hotpath/core'
import { deferred } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { pglite } from '../src/driver/pglite.ts'
import { sqlite } from '../src/driver/sqlite.ts'
import { createQueryOptimizer } from '../src/index.ts'

/** As much of PGlite as names it. */
const stored = () => {
  const refuse = (): Promise<never> => Promise.reject(new Error('not asked'))
  return pglite({ query: refuse, transaction: refuse })
}

test('two drivers of one database run one statement at a time: none is in the transaction of another', async () => {
  const database = new DatabaseSync(':memory:')
  database.exec("create table t (id integer primary key, a text); insert into t values (1, 'old')")
  const cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 100 })] })
  const one = createQueryOptimizer({ cache, driver: sqlite(database) })
  const other = createQueryOptimizer({ cache, driver: sqlite(database), name: 'other' })
  await other.query('select 1 from t')
  const wrote = deferred()
  const seen = deferred()
  const undone = one.transaction(async (tx) => {
    await tx.query("update t set a = 'never'")
    wrote.resolve()
    await seen.promise
    throw new Error('undo')
  })
  await wrote.promise
  const rows = other.query('select a from t')
  const written = other.query("insert into t values (2, 'new')")
  seen.resolve()
  await expect(undone).rejects.toThrow('undo')
  expect(await rows).toMatchObject([{ a: 'old' }])
  await written
  expect(await other.query('select a from t order by id')).toMatchObject([{ a: 'old' }, { a: 'new' }])
  await cache.close()
})

describe('names of databases, by which results are kept', () => {
  test('those in memory have one each, however they are opened', () => {
    const names = [stored(), stored(), sqlite(new DatabaseSync(':memory:'))]
    expect(new Set(names.map(({ identity }) => identity)).size).toBe(names.length)
  })

  test('drivers of one database have the same', () => {
    const database = new DatabaseSync(':memory:')
    expect(sqlite(database).identity).toBe(sqlite(database).identity)
  })

  test('a file has one, by whatever path it is opened, and a file that takes its place has another', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hotpath-db-'))
    const path = join(folder, 'app.db')
    const nameAt = (at: string): string => {
      const database = new DatabaseSync(at)
      database.exec('create table if not exists t (id integer)')
      const { identity } = sqlite(database)
      database.close()
      return identity
    }
    const first = nameAt(path)
    expect(nameAt(relative(process.cwd(), path))).toBe(first)
    renameSync(path, join(folder, 'old.db'))
    expect(nameAt(path)).not.toBe(first)
    expect(nameAt(join(folder, 'old.db'))).toBe(first)
    rmSync(folder, { recursive: true })
  })
})
