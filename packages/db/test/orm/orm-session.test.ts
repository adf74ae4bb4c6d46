/** What the adapters of ORMs do with statements about transactions, and with streams. */
import { drizzle } from 'drizzle-orm/mysql2'
import { int, mysqlTable } from 'drizzle-orm/mysql-core'
import { expect, test } from 'vitest'
import { mysqlClient } from '../../src/drizzle/mysql-client.ts'
import { libsqlClient } from '../../src/drizzle/libsql-client.ts'
import { KyselyDriver } from '../../src/kysely/kysely-driver.ts'
import { OrmSession } from '../../src/orm/orm-session.ts'
import { useEngine } from '../engines/engine.ts'
import { clearSqlite, startSqlite } from '../engines/sqlite.ts'

const bench = useEngine(() => startSqlite('node:sqlite'), clearSqlite)

const REFUSED = { code: 'ERR_DB_TRANSACTION' }

test('a transaction is not begun by a statement that has a connection to itself', async () => {
  const { db } = bench()
  const client = libsqlClient(db)
  for (const sql of ['begin', 'commit', 'savepoint a', 'begin;'])
    await expect(client.execute(sql)).rejects.toMatchObject(REFUSED)
  expect(db.stats()).toMatchObject({ openTransactions: 0, lent: 0 })
})

test('a connection that was taken to begin a transaction alone rolls it back and says so', async () => {
  const { db } = bench()
  const session = new OrmSession(db)
  await session.run('begin', [], { rows: 'objects' })
  await expect(session.release()).rejects.toMatchObject(REFUSED)
  await session.run('begin', [], { rows: 'objects' })
  await session.run('select 1', [], { rows: 'objects' })
  await session.release()
  expect(db.stats()).toMatchObject({ openTransactions: 0, lent: 0 })
})

test('what begins a transaction and has more to it is not cut short', async () => {
  const { db } = bench()
  const session = new OrmSession(db)
  await session.run('begin', [], { rows: 'objects' })
  await expect(session.run('commit and chain', [], { rows: 'objects' })).rejects.toMatchObject(REFUSED)
  // Within a transaction the database says what it thinks of it.
  await expect(session.run('set transaction read only', [], { rows: 'objects' })).rejects.toThrow(/syntax/)
  await session.release()
  expect(db.stats()).toMatchObject({ openTransactions: 0, lent: 0 })
})

test('a stream of Kysely sees the transaction that it is in by context', async () => {
  const { engine, open } = bench()
  // One of a database that has several connections.
  const db = open({ driver: { ...engine.driver(), kind: 'pg' }, context: true })
  const refuse = (): never => {
    throw new Error('another connection')
  }
  const driver = new KyselyDriver(db, {
    init: refuse,
    acquireConnection: refuse,
    releaseConnection: refuse,
    destroy: refuse,
  })
  const session = await driver.acquireConnection()
  const stream = async (): Promise<unknown[]> => {
    const rows: unknown[] = []
    const query = { sql: 'select id from tickets', parameters: [] }
    for await (const part of session.streamQuery(query, 1)) rows.push(...part.rows)
    return rows
  }
  await db.transaction(async (tx) => {
    await tx.query('delete from tickets where id = 7')
    expect(await stream()).toEqual([{ id: 8 }])
  })
  await expect(stream()).rejects.toThrow('another connection')
})

test('an iterator of Drizzle that is left gives its connection back', async () => {
  const { engine, open } = bench()
  const db = open({ driver: { ...engine.driver(), kind: 'mysql2' } })
  const calls: string[] = []
  async function* rows(): AsyncGenerator {
    for (let id = 1; id <= 3; id++) yield await Promise.resolve([id])
  }
  const connection = { query: () => ({ stream: rows }), destroy: () => calls.push('destroy') }
  const pool = {
    getConnection: () => Promise.resolve({ connection, release: () => void calls.push('release') }),
    query: () => {},
    execute: () => {},
  }
  const table = mysqlTable('t', { id: int() })
  const orm = drizzle({ client: mysqlClient(db, pool) as never })
  const ids: unknown[] = []
  for await (const row of orm.select().from(table).iterator()) ids.push(row.id)
  expect([ids, calls]).toEqual([[1, 2, 3], ['release']])
  for await (const row of orm.select().from(table).iterator()) {
    expect(row).toEqual({ id: 1 })
    break
  }
  await expect.poll(() => calls).toEqual(['release', 'destroy'])
})

test('a function that makes values is known by its source where it uses nothing else', async () => {
  const { engine, open } = bench()
  const db = open({ driver: { ...engine.driver(), kind: 'mysql2' } })
  const client = mysqlClient(db, { getConnection: () => Promise.reject(new Error('none')), query() {}, execute() {} })
  const run = client.query as unknown as (asked: object) => Promise<unknown>
  const sql = 'select id from tickets where id = 7'
  const closed = (): object => ({
    sql,
    typeCast: function (field: { type: string; string(): string }, next: () => unknown) {
      if (field.type === 'DATE') return field.string()
      return next()
    },
  })
  const open2 = (zone: string): object => ({ sql, typeCast: (_: unknown, next: () => unknown) => [next(), zone] })
  for (let time = 0; time < 2; time++) await run(closed())
  expect(db.stats().hits).toBe(1)
  const first = open2('a')
  for (const asked of [first, open2('b'), first]) await run(asked)
  expect(db.stats().hits).toBe(2)
})
