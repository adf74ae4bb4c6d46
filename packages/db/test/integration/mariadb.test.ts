import { describe, expect, test } from 'vitest'
import { batchCases } from '../batch/batch-cases.ts'
import { catalogCases } from '../engines/catalog-cases.ts'
import { createPaginator } from '../../src/paginate/paginator.ts'
import { mysql } from '../../src/driver/mysql.ts'
import { type Bench, useEngine } from '../engines/engine.ts'
import { MARIADB_KINDS, clearMariadb, startMariadbEngine } from '../engines/mariadb.ts'
import { namedParamsCases, paramsCases } from '../engines/params-cases.ts'
import { readCases } from '../engines/read-cases.ts'
import { shapeCases } from '../engines/shape-cases.ts'
import { mariadbReportCases } from '../report/mariadb-cases.ts'
import { transactionCases } from '../engines/transaction-cases.ts'
import { valueCases } from '../engines/value-cases.ts'
import { pagingCases } from '../paginate/paging-cases.ts'

const bench = useEngine(() => startMariadbEngine(['--performance-schema=on']), clearMariadb)
readCases(bench)
shapeCases(bench, 'mysql')
paramsCases(bench)
transactionCases(bench)
catalogCases(bench)
valueCases(bench, MARIADB_KINDS)
pagingCases({ bench, rounds: 6, time: 'datetime(6)' })
batchCases(bench)
mariadbReportCases(bench)

test.each(['ratio', 'flag', 'mood', 'moods'])(
  'a page by a cursor is not ordered by a column whose strings have another order: %s',
  async (column) => {
    const { db, engine } = bench()
    await engine.exec(
      'drop table if exists odd',
      `create table odd (id int primary key, ratio float, flag bit(4), mood enum('z', 'a'), moods set('z', 'a'))`,
      "insert into odd values (1, 0.1, 1, 'z', 'z'), (2, 0.2, 2, 'a', 'a'), (3, 0.3, 3, 'a', 'z,a')",
    )
    const paginate = createPaginator(db, { secret: 'at least sixteen characters', pageSize: 1 })
    const byColumn = paginate.cursor({ sql: `select id, ${column} from odd`, orderBy: [column, 'id'] })
    await expect(byColumn).rejects.toThrow(
      '`orderBy` must be columns of which MySQL has exact strings in the same order',
    )
  },
)

test('a page by a cursor is not ordered by bytes that are no characters', async () => {
  const { db, engine } = bench()
  await engine.exec(
    'create table blobs (id binary(4) primary key)',
    "insert into blobs values (x'ff00ff01'), (x'ff00ff02')",
  )
  const paginate = createPaginator(db, { secret: 'at least sixteen characters', pageSize: 1 })
  const byId = paginate.cursor({ sql: 'select id from blobs', orderBy: ['id'] })
  await expect(byId).rejects.toThrow('`orderBy` must be columns that MySQL writes as strings')
  const byHex = { sql: 'select hex(id) as id from blobs', orderBy: ['id'] }
  const { next } = await paginate.cursor(byHex)
  expect((await paginate.cursor({ ...byHex, after: next })).rows).toEqual([{ id: 'FF00FF02' }])
})

describe('with `namedPlaceholders`', () => {
  const named = (): Bench => {
    const { engine, open } = bench()
    const db = open({ driver: mysql(engine.connect({ namedPlaceholders: true })), name: 'named' })
    const source: Bench['source'] = async (sql, params) => (await db.executeWithStats(sql, params)).stats.source
    return { ...bench(), db, source }
  }
  namedParamsCases(named)
})

test('names for a pool without `namedPlaceholders` are refused with the option, and objects that are members are SQL', async () => {
  const { db } = bench()
  const refused = { code: 'ERR_CONFIG_OPTION', cause: { code: 'ER_PARSE_ERROR' } }
  for (const text of ['select name from users where id = :id', 'delete from users where id = :id'])
    await expect(db.query(text, { id: 1 })).rejects.toMatchObject(refused)
  await expect(db.query('select name from users where id = :id', { id: 1 })).rejects.toThrow(
    '`namedPlaceholders: true`',
  )
  await db.query('insert into users set ?', { id: 3, name: 'Dora' })
  await db.query('insert into users values (3, 1) on duplicate key update ?', { name: 'Eva' })
  expect(await db.query('select name from users where id = 3')).toEqual([{ name: 'Eva' }])
  await expect(db.query('select name from users where ?', { id: 3 })).rejects.toThrow(
    '`params` must be a list of 1 value',
  )
})
