/** Prisma on SQLite. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { createCache, memory } from '@hotpath/core'
import { afterAll, expect, test } from 'vitest'
import { createQueryOptimizer } from '../../src/index.ts'
import { createPaginator } from '../../src/paginate/paginator.ts'
import { prismaDriver } from '../../src/prisma/prisma.ts'
import { useEngine } from '../engines/engine.ts'
import { clearSqlite, startSqlite } from '../engines/sqlite.ts'
import { prismaCases } from './prisma-cases.ts'

const folder = mkdtempSync(join(tmpdir(), 'hotpath-prisma-'))
const path = join(folder, 'app.db')
afterAll(() => rmSync(folder, { recursive: true }))

prismaCases({
  bench: useEngine(() => startSqlite('node:sqlite', path), clearSqlite),
  provider: 'sqlite',
  factory: () => new PrismaBetterSqlite3({ url: `file:${path}` }),
  model: `
model typed {
  id    Int      @id
  flag  Boolean
  big   BigInt
  price Decimal
  ratio Float
  at    DateTime
  json  Json
  bytes Bytes
  none  String?
}`,
  kinds: [
    `create table typed (id integer primary key, flag boolean not null, big bigint not null, price decimal not null, ratio real not null,
      at datetime not null, json jsonb not null, bytes blob not null, none text)`,
    `insert into typed values (1, 1, 9007199254740993, 1.5, 0.1, '2024-02-29T12:34:56.789Z', '{"a":[1,null]}', x'00ff10', null)`,
  ],
})

test('a cursor by numbers that the adapter makes dates of is refused; by the numbers it goes through all rows', async () => {
  const factory = new PrismaBetterSqlite3(
    { url: `file:${join(folder, 'dates.db')}` },
    { timestampFormat: 'unixepoch-ms' },
  )
  const cache = createCache({ name: 'dates', tiers: [memory({ maxEntries: 100 })] })
  const db = createQueryOptimizer({ cache, driver: prismaDriver(factory) })
  await db.query('create table posts (id integer primary key, at datetime)')
  await db.query('insert into posts values (1, 1700000000001), (2, 1700000000002), (3, null), (4, 1700000000004)')
  const paginate = createPaginator(db, { secret: 'a secret for tests alone', pageSize: 1 })
  await expect(paginate.cursor({ sql: 'select id, at from posts where id < 3', orderBy: ['at'] })).rejects.toThrow(
    '`orderBy` must be columns that the adapter of Prisma leaves as they are stored',
  )
  const found: unknown[] = []
  let after: string | undefined
  do {
    const sql = 'select id, at + 0 as number from posts'
    const page = await paginate.cursor({ sql, orderBy: [{ column: 'number', direction: 'desc' }, 'id'], after })
    found.push(...page.rows)
    after = page.next
  } while (after !== undefined)
  expect(found).toEqual([
    { id: 4, number: 1_700_000_000_004 },
    { id: 2, number: 1_700_000_000_002 },
    { id: 1, number: 1_700_000_000_001 },
    { id: 3, number: null },
  ])
  await db.query('create table notes (id integer primary key, at datetime)')
  await db.query("insert into notes values (1, '2024-01-01T00:00:00.000Z'), (2, '2024-01-02T00:00:00.000Z')")
  const first = await paginate.cursor({ sql: 'select id, at from notes', orderBy: ['at'] })
  const second = await paginate.cursor({ sql: 'select id, at from notes', orderBy: ['at'], after: first.next })
  expect([first.rows.map(({ id }) => id), second.rows.map(({ id }) => id)]).toEqual([[1], [2]])
  await db.close()
  await cache.close()
})
