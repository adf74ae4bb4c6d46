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
