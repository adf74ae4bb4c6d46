/** Reads by key, many with one statement, on any database. */
import { expect, test } from 'vitest'
import { batchQuery } from '../../src/batch/batch-query.ts'
import type { QueryOptimizer } from '../../src/index.ts'
import type { Bench } from '../engines/engine.ts'

interface User {
  readonly id: number
  readonly name: string
}

export function batchCases(bench: () => Bench): void {
  const list = (column: string): string =>
    bench().engine.dialect === 'postgres' ? `${column} = any($1)` : `${column} in (?)`
  const usersOf = (db: QueryOptimizer): ReturnType<typeof batchQuery<User>> =>
    batchQuery<User>(db, `select id, name from users where ${list('id')}`)
  /** How many lists were sent. */
  const lists = (db: QueryOptimizer): number =>
    db
      .stats()
      .fingerprints.reduce((sum, { fingerprint, count }) => sum + (/\bin \(|\bany\b/.test(fingerprint) ? count : 0), 0)

  test('keys of one turn go out together, each once, and come back in order', async () => {
    const { db } = bench()
    const users = usersOf(db)
    expect(await users.loadMany([2, 9, 1, 2])).toEqual([
      { id: 2, name: 'Ben' },
      undefined,
      { id: 1, name: 'Ann' },
      { id: 2, name: 'Ben' },
    ])
    expect(lists(db)).toBe(1)
  })

  test('each key has its own place in the cache, that of its statement alone', async () => {
    const { db, sql, source } = bench()
    const tickets = batchQuery<{ status: string }>(db, `select id, status from tickets where ${list('id')}`)
    await tickets.loadMany([7, 8, 9])
    expect(await source('select id, status from tickets where id = ?', [7])).toBe('memory')
    await db.query(sql('update tickets set status = ? where id = ?'), ['done', 7])
    expect(await source('select id, status from tickets where id = ?', [8])).toBe('memory')
    expect((await tickets.loadMany([7, 8])).map((ticket) => ticket?.status)).toEqual(['done', 'open'])
    await db.query(sql('insert into tickets values (?, ?, ?)'), [9, 'new', 1])
    expect((await tickets.load(9))?.status).toBe('new')
    // One key was missing each time, and was asked for as it is.
    expect(lists(db)).toBe(1)
  })

  test('rows belong to whoever asked, and to nobody else', async () => {
    const users = usersOf(bench().db)
    const [one] = await users.loadMany([1, 2])
    Object.assign(one as object, { name: 'changed' })
    expect((await users.load(1))?.name).toBe('Ann')
  })

  test('all rows of a key, where there are several', async () => {
    const { db, engine } = bench()
    await engine.exec("insert into tickets values (9, 'new', 1)")
    const byOwner = batchQuery<{ id: number }>(db, `select id, owner from tickets where ${list('owner')} order by id`, {
      key: 'owner',
    })
    const rows = await Promise.all([byOwner.loadAll(1), byOwner.loadAll(2), byOwner.loadAll(3)])
    expect(rows.map((all) => all.map(({ id }) => id))).toEqual([[7, 9], [8], []])
    expect(lists(db)).toBe(1)
  })

  test('keys that the database takes for equal and we do not are asked for alone', async () => {
    const { db, engine } = bench()
    await engine.exec(
      'create table words (word varchar(20) primary key, n integer)',
      "insert into words values ('tea', 1), ('Milk', 2)",
    )
    const words = batchQuery<{ n: number }>(db, `select word, n from words where ${list('word')}`, { key: 'word' })
    const keys = ['TEA', 'milk', 'tea', 'salt']
    const alone = await Promise.all(
      keys.map((word) =>
        db.query<{ n: number }>(bench().sql('select word, n from words where word = ?'), [word], { cache: false }),
      ),
    )
    expect(await words.loadMany(keys)).toEqual(alone.map(([row]) => row))
  })

  test('a column of another table, or one that is called like it, is not taken for the key', async () => {
    const { db, engine } = bench()
    await engine.exec("insert into tickets values (1, 'new', 2), (2, 'old', 1)")
    const others = 'from users u join tickets t on t.owner = u.id'
    for (const sql of [
      `select t.id, t.status ${others} where ${list('u.id')}`,
      `select t.*, u.* ${others} where ${list('u.id')}`,
      `select t.owner as id, t.status from tickets t where ${list('t.id')}`,
    ])
      expect(() => batchQuery(db, sql)).toThrow('None is sure to be the one that is compared with the list')
    const sql = `select t.id, t.status, u.id ${others} where ${list('u.id')} order by t.id`
    const byPlace = batchQuery<{ status: string }>(db, sql)
    const together = await Promise.all([byPlace.loadAll(1), byPlace.loadAll(2)])
    expect(together.map((all) => all.map(({ status }) => status))).toEqual([
      ['old', 'open'],
      ['new', 'open'],
    ])
    expect(lists(db)).toBe(1)
    const byStar = batchQuery<{ status: string }>(db, `select t.* ${others} where ${list('t.id')}`)
    expect((await byStar.loadMany([8, 2, 3])).map((ticket) => ticket?.status)).toEqual(['open', 'old', undefined])
    const grouped = batchQuery<{ n: unknown }>(
      db,
      `select x.owner, count(*) as n from (select t.id as k, u.id as owner ${others} where ${list('u.id')}) x group by x.owner`,
    )
    expect((await grouped.loadMany([1, 2, 3])).map((row) => row && Number(row.n))).toEqual([2, 2, undefined])
  })

  test('a list that is no condition that each row has to meet is refused', async () => {
    const { db, engine } = bench()
    const not = [`not ${list('id')}`, `(${list('id')}) is false`, `status = 'new' and not (${list('id')})`]
    const ofMysql = [`${list('id')} || owner = 3`, `${list('id')} xor owner = 3`, `! (${list('id')})`]
    for (const where of engine.dialect === 'mysql' ? [...not, ...ofMysql] : not)
      expect(() => batchQuery(db, `select id from tickets where ${where}`)).toThrow('must be a condition of `where`')
    const within = batchQuery<{ id: number }>(
      db,
      `select id from tickets where (owner between 1 and 2 and (${list('id')})) and not status = 'new'`,
    )
    expect((await within.loadMany([7, 8, 9])).map((ticket) => ticket?.id)).toEqual([7, 8, undefined])
  })

  test('keys of other types, or of columns that round them, have the rows that each has alone', async () => {
    const { db, engine, sql } = bench()
    const types = {
      sqlite: ['', 'text', 'blob', 'integer', 'real'],
      postgres: ['text', 'real', 'double precision', 'bigint'],
      mysql: ["enum('7','8','1')", "set('7','8')", 'year', 'float', 'bigint', 'varchar(30)', 'int'],
    }[engine.dialect]
    const lists = [
      [-7, '-7'],
      [1, 7, 8],
      [7n, '7', 7],
      [7, 2007],
      ['9007199254740993', 9007199254740992, 7],
      ['9007199254740993', '9007199254740992'],
      [9007199254740993n, 9007199254740992n, 16777217n, 16777216n],
      [16777217, 16777216],
      ['0', '0000000a-0000-4000-8000-00000000000b'],
    ]
    const values = ['-7', '7', '8', '0', '9007199254740993', '9007199254740992', '16777216']
    const asked = async (run: () => Promise<unknown>): Promise<unknown> => run().catch(() => 'refused')
    for (const [nth, type] of types.entries()) {
      await engine.exec(`create table codes_${nth} (k ${type}, n integer)`)
      for (const [n, value] of values.entries())
        await asked(() => engine.exec(`insert into codes_${nth} values ('${value}', ${n})`))
      await db.invalidateTables([`codes_${nth}`])
      for (const keys of lists) {
        const alone = keys.map((key) =>
          asked(() => db.query(sql(`select k, n from codes_${nth} where k = ? order by n`), [key], { cache: false })),
        )
        const codes = batchQuery(db, `select k, n from codes_${nth} where ${list('k')} order by n`, { attempts: 1 })
        const together = keys.map((key) => asked(() => codes.loadAll(key)))
        expect([type, keys, await Promise.all(together)]).toEqual([type, keys, await Promise.all(alone)])
        await db.invalidateTables([`codes_${nth}`])
      }
    }
  })

  test('another parameter beside the list is refused, and what is the same for all keys is written into the statement', async () => {
    const { db, sql } = bench()
    const other = bench().engine.dialect === 'postgres' ? '$2' : '?'
    for (const text of [
      `select id from tickets where ${list('owner')} and status = ${other}`,
      `select id from tickets where status = ${other} and ${list('owner')}`,
    ])
      expect(() => batchQuery(db, text)).toThrow(
        /no other parameter, received .* run a statement with others by `db.query`/,
      )
    const open = batchQuery<{ id: number }>(
      db,
      `select id, owner from tickets where ${list('owner')} and status = 'open' order by id`,
    )
    expect((await open.loadMany([1, 2])).map((ticket) => ticket?.id)).toEqual([7, 8])
    await db.query(sql('update tickets set status = ? where id = ?'), ['done', 7])
    expect((await open.loadMany([1, 2])).map((ticket) => ticket?.id)).toEqual([undefined, 8])
  })

  test('a statement that fails fails its callers, and the next one asks anew', async () => {
    const { db, engine } = bench()
    const words = batchQuery(db, `select id from later where ${list('id')}`, { attempts: 1 })
    await expect(words.loadMany([1, 2])).rejects.toThrow(/later/)
    await engine.exec('create table later (id integer primary key)', 'insert into later values (1)')
    await db.invalidateTables(['later'])
    expect(await words.loadMany([1, 2])).toEqual([{ id: 1 }, undefined])
  })
}
