/** What SQLite alone has. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Cache, createCache, memory } from '@hotpath/core'
import { createFakeClock } from '@hotpath/testkit'
import { createPool } from 'mysql2/promise'
import { PrismaPg } from '@prisma/adapter-pg'
import { Client, Pool } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type QueryOptimizer, createQueryOptimizer, isHotpathError } from '../src/index.ts'
import { mysql } from '../src/driver/mysql.ts'
import { pg } from '../src/driver/pg.ts'
import { sqlite } from '../src/driver/sqlite.ts'

let folder: string
let database: DatabaseSync
let cache: Cache
let db: QueryOptimizer

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hotpath-db-'))
  database = new DatabaseSync(join(folder, 'app.db'))
  database.exec(
    "create table users (id integer primary key, name text unique); insert into users values (1, 'Ann'), (2, 'Ben')",
  )
  cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 10_000 })] })
  db = createQueryOptimizer({ cache, driver: sqlite(database) })
})

afterEach(async () => {
  await db.close()
  await cache.close()
  database.close()
  rmSync(folder, { recursive: true })
})

const source = async (sql: string, params: unknown[] = []): Promise<string> =>
  (await db.executeWithStats(sql, params)).stats.source

describe('is not kept', () => {
  test.each([
    ['select random() % 9 as r from users', 'volatile'],
    ["select datetime('now') from users", 'volatile'],
    ['select * from sqlite_schema', 'system'],
    ['pragma user_version', 'session'],
  ])('%s', async (sql, reason) => {
    await db.query(sql)
    expect((await db.executeWithStats(sql)).stats).toMatchObject({ source: 'database', reason, ttlMs: 0 })
  })

  test('a table in which a virtual one keeps what it has', async () => {
    await db.query('create virtual table notes using fts5 (body)')
    for (const body of ['one', 'two']) {
      await db.query('select c0 from notes_content order by id')
      await db.query('insert into notes values (?)', [body])
    }
    expect(await db.query('select c0 from notes_content order by id')).toMatchObject([{ c0: 'one' }, { c0: 'two' }])
    expect(await db.query("select body from notes where notes match 'two'")).toHaveLength(1)
  })

  test('what calls a function of the program', async () => {
    let calls = 0
    database.function('next', () => ++calls)
    expect(await db.query('select next() as n from users where id = 1')).toMatchObject([{ n: 1 }])
    expect(await db.query('select next() as n from users where id = 1')).toMatchObject([{ n: 2 }])
  })

  test('what is in another file, whose tables other processes call otherwise', async () => {
    await db.query('attach ? as aside', [join(folder, 'aside.db')])
    await db.query('create table aside.things (id integer primary key)')
    await db.query('select * from aside.things')
    expect((await db.executeWithStats('select * from things')).stats.reason).toBe('system')
    await db.query('select * from users')
    await db.query('insert into aside.things values (1)')
    expect(await db.query('select * from things')).toHaveLength(1)
  })

  test('what is read while the program has a transaction open, and writes are refused meanwhile', async () => {
    await db.query('select * from users')
    database.exec("begin; update users set name = 'uncommitted' where id = 1")
    expect((await db.executeWithStats('select name from users')).stats.reason).toBe('settings')
    const refused = await db.query('delete from users').catch((error: unknown) => error)
    expect(isHotpathError(refused, 'ERR_DB_TRANSACTION')).toBe(true)
    database.exec('rollback')
    expect(await db.query('select name from users where id = 1')).toMatchObject([{ name: 'Ann' }])
  })
})

describe('what calls a table-valued function that SQLite has itself', () => {
  const asJson = async (by: QueryOptimizer, sql: string, params: readonly unknown[]): Promise<string> =>
    JSON.stringify(await by.query(sql, params))

  test.each([
    ['select j.value from lists l, json_each(l.tags) j', []],
    ['select value from lists, json_each(lists.tags) where lists.id = ?', [7]],
    ['select j.fullkey, j.atom from lists l join json_tree(l.tags) j on j.atom is not null order by 1, 2', []],
    ['select l.id from lists l where exists (select 1 from json_each(l.tags) where id = 7 or value = ?)', ['b']],
    ['select j.value from json_each((select tags from lists where id = ?)) j where j.id is not null', [8]],
    ['select * from lists where id in (select value from json_each(?)) order by id', ['[7, 8]']],
    ['select key, count(*) as n from lists l, json_each(l.tags) j where j.value <> ? group by key', ['z']],
    ['select * from tagged order by tag', []],
  ])('is kept, and invalidated by what it reads: %s', async (sql, params) => {
    await db.query('create table lists (id integer primary key, tags text)')
    await db.query('create view tagged as select l.id, j.value as tag from lists l, json_each(l.tags) j')
    await db.query(`insert into lists values (7, '["a", "b"]'), (8, '["b"]')`)
    const fresh = createQueryOptimizer({
      cache: createCache({ name: 'fresh', tiers: [memory({ maxEntries: 1 })] }),
      driver: sqlite(database),
    })
    expect((await db.executeWithStats(sql, params)).stats.source).toBe('database')
    const writes: readonly (readonly [string, readonly unknown[]])[] = [
      ['update lists set tags = ? where id = ?', ['["c"]', 7]],
      ['update lists set tags = ? where id = ?', ['["b", {"x": "d"}]', 8]],
      ['delete from lists where id = ?', [7]],
      ['insert into lists select value, ? from json_each(?)', ['["b", "e"]', '[7, 9]']],
      ['delete from lists where id in (select value from json_each(?))', ['[7, 8]']],
    ]
    for (const [write, values] of writes) {
      await db.query(write, values)
      expect(await asJson(db, sql, params)).toBe(await asJson(fresh, sql, params))
      await fresh.invalidateTables(['lists'])
      expect((await db.executeWithStats(sql, params)).stats.source).toBe('memory')
    }
    await fresh.close()
  })

  test('but one of the program that has its name is not', async () => {
    let calls = 0
    database.function('json_tree', () => ++calls)
    expect(await db.query('select json_tree() as n from users where id = 1')).toMatchObject([{ n: 1 }])
    expect(await db.query('select json_tree() as n from users where id = 1')).toMatchObject([{ n: 2 }])
    expect((await db.executeWithStats('select * from pragma_table_info(?)', ['users'])).stats.reason).toBe('function')
  })
})

test('a pragma that changes how `like` compares is obeyed, through the optimizer at once and past it within `schemaCheck`', async () => {
  const sql = "select name from users where name like 'ANN'"
  expect(await db.query(sql)).toHaveLength(1)
  await db.query('pragma case_sensitive_like = on')
  expect(await db.query(sql)).toEqual([])
  const clock = createFakeClock()
  const checked = createQueryOptimizer({ cache, driver: sqlite(database), clock })
  expect(await checked.query(sql)).toEqual([])
  database.exec('pragma case_sensitive_like = off')
  clock.advance(5_001)
  expect(await checked.query(sql)).toHaveLength(1)
})

test('an offset in parentheses is no function', async () => {
  const sql = 'select name from users order by id limit ? offset (? - 1) * 10'
  await db.query(sql, [10, 1])
  expect(await source(sql, [10, 1])).toBe('memory')
})

test('that a statement begins or ends a transaction, and is refused, is explained', async () => {
  for (const sql of ['begin', 'commit', 'rollback', 'savepoint a']) {
    const { why, tags } = await db.explain(sql)
    expect([why, tags]).toEqual(['It begins or ends a transaction, and is refused: use `db.transaction`.', []])
    await expect(db.query(sql)).rejects.toMatchObject({ code: 'ERR_DB_TRANSACTION' })
  }
  expect((await db.explain('delete from users')).why).toBe('It may change rows.')
})

describe('a write', () => {
  test('that replaces rows of other keys is seen', async () => {
    await db.query('select * from users where id = 2')
    await db.query("insert or replace into users values (1, 'Ben')")
    expect(await db.query('select * from users where id = 2')).toEqual([])
    await db.query('create table unique_names (id integer primary key, name text unique on conflict replace)')
    await db.query("insert into unique_names values (1, 'x')")
    expect(await db.query('select * from unique_names where id = 1')).toHaveLength(1)
    await db.query("insert into unique_names values (2, 'x')")
    expect(await db.query('select * from unique_names where id = 1')).toEqual([])
  })

  test('that replaces rows of other keys, by a definition with comments, is seen in tables that cascade', async () => {
    database.exec(`create table names (id integer primary key, name text unique on conflict/* the last one */replace);
      create table notes (id integer primary key, name integer references names (id) on delete cascade);
      insert into names values (1, 'x'); insert into notes values (1, 1)`)
    expect(await db.query('select * from notes')).toHaveLength(1)
    await db.query("insert into names values (2, 'x')")
    expect(await db.query('select * from notes')).toEqual([])
  })

  test.each([
    ['"as select 1 --"', ''],
    ['[as select 1 --]', ''],
    ['`as select 1 /*`', '/* */'],
    ['names', '-- as select 1\n'],
    ['names', '/* as select 1 -- */'],
  ])('is seen in a view whose head has `as` elsewhere: %s %j', async (name, comment) => {
    database.exec(`create view ${name} ${comment} as select id from users`)
    expect(await db.query(`select * from ${name}`)).toHaveLength(2)
    await db.query("insert into users values (3, 'Cem')")
    expect(await db.query(`select * from ${name}`)).toHaveLength(3)
  })

  test('that changes names of columns is seen', async () => {
    const sql = 'select name from users where id = 1'
    expect(await db.query(sql)).toEqual([{ name: 'Ann' }])
    await db.query('pragma full_column_names = 1')
    await db.query('pragma short_column_names = 0')
    expect(await db.query(sql)).toEqual([{ 'users.name': 'Ann' }])
  })

  test('whose trigger deletes is seen in what cascades from there, and so is one by the name of a temporary table', async () => {
    database.exec(`
      pragma foreign_keys = on;
      create table parents (id integer primary key);
      create table children (id integer primary key, parent integer references parents (id) on delete cascade);
      create table jobs (id integer primary key);
      insert into parents values (1), (2);
      insert into children values (10, 1), (20, 2);
      create trigger drops after insert on jobs begin delete from parents where id = new.id; end;
      create temporary table marks (id integer);
      create temporary trigger marked after insert on marks begin delete from parents where id = new.id; end`)
    const sql = 'select id from children'
    expect(await db.query(sql)).toHaveLength(2)
    await db.query('insert into jobs values (1)')
    expect(await db.query(sql)).toHaveLength(1)
    await db.query('insert into temp.marks values (2)')
    expect(await db.query(sql)).toHaveLength(0)
  })

  test('with a temporary trigger is seen', async () => {
    await db.query('create table audit (what text)')
    await db.query(
      'create temporary trigger noted after delete on users begin insert into audit values (old.name); end',
    )
    await db.query('select * from audit')
    await db.query('delete from users where id = 2')
    expect(await db.query('select * from audit')).toHaveLength(1)
  })

  test('of another process on the same file is seen by its optimizer and by ours', async () => {
    const other = new DatabaseSync(join(folder, 'app.db'))
    const theirs = createQueryOptimizer({ cache, driver: sqlite(other) })
    await db.query('select * from users')
    expect((await theirs.executeWithStats('select * from users')).stats.source).toBe('memory')
    await theirs.query("insert into users values (3, 'Cem')")
    expect(await db.query('select * from users')).toHaveLength(3)
    other.close()
  })
})

describe('bad input', () => {
  test('fails with the error of the driver, and harms nobody', async () => {
    for (const sql of ['', ';', 'selec', "select 'unterminated", 'select * from users where (', '\0', '/* open']) {
      await db.query(sql).catch((error: unknown) => expect(error).toBeInstanceOf(Error))
    }
    await expect(db.query('select ?', [Symbol('s')])).rejects.toThrow()
    await expect(db.query('select ?', [{ toString: () => 'x' }])).rejects.toThrow()
    expect(await source('select count(*) from users')).toBe('database')
    expect(await source('select count(*) from users')).toBe('memory')
  })

  test('of a parameter that is an object is refused at any place, and nothing is run', async () => {
    const insert = 'insert into users (id, name) values (?, ?)'
    for (const params of [
      [new Date(0), 'x'],
      [3, new Date(0)],
      [[3], 'x'],
      [{ id: 3 }, 'x'],
    ]) {
      await expect(db.query(insert, params)).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
      await expect(db.transaction((tx) => tx.query(insert, params))).rejects.toMatchObject({
        code: 'ERR_CONFIG_OPTION',
      })
    }
    expect(await db.query('select count(*) as count from users')).toEqual([{ count: 2 }])
  })

  test.each([
    ['a pool of pg', () => new Pool(), "Wrap it: `pg(pool)` of '@hotpath/db/pg'"],
    ['a client of pg', () => new Client(), "Wrap it: `pg(pool)` of '@hotpath/db/pg'"],
    ['a pool of mysql2', () => createPool({}), "Wrap it: `mysql(pool)` of '@hotpath/db/mysql'"],
    ['a connection of mysql2', () => ({ execute() {}, prepare() {}, connect() {} }), 'Wrap it: `mysql(pool)`'],
    ['a database', () => database, "Wrap it: `sqlite(database)` of '@hotpath/db/sqlite'"],
    [
      'a PGlite',
      () => ({ execProtocol() {}, transaction() {} }),
      "Wrap it: `pglite(database)` of '@hotpath/db/pglite'",
    ],
    ['an adapter of Prisma', () => new PrismaPg({}), "Wrap it: `prismaDriver(adapter)` of '@hotpath/db/prisma'"],
    ['anything else', () => 'postgres://localhost', "Use for example `pg(pool)` of '@hotpath/db/pg'"],
  ])('of %s in the place of a driver names the driver for it', (_, given, message) => {
    const create = (): unknown => createQueryOptimizer({ cache, driver: given() as never })
    expect(create).toThrow(message)
    expect(create).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
  })

  test('for a call names the option, and nothing is run', async () => {
    const wrong = { code: 'ERR_CONFIG_OPTION' }
    const sql = 'select * from users'
    await expect(db.query(sql, [], { tll: 5 } as never)).rejects.toThrow('Did you mean `ttl`?')
    await expect(db.query('delete from users', [], { chache: false } as never)).rejects.toMatchObject(wrong)
    await expect(db.query(sql, [], { session: {} as never })).rejects.toMatchObject(wrong)
    await expect(db.transaction(5 as never)).rejects.toMatchObject(wrong)
    const isolation = 'serializable; delete from users' as never
    await expect(db.transaction(() => db.query('delete from users'), { isolation })).rejects.toMatchObject(wrong)
    await expect(db.invalidateTables('users' as never)).rejects.toMatchObject(wrong)
    await expect(db.invalidateTables([])).rejects.toMatchObject(wrong)
    expect(await db.query(sql)).toHaveLength(2)
  })

  test.each([
    ['no statement', undefined, []],
    ['a statement as an object', { text: 'delete from users', values: [] }, []],
    ['a template', ['delete from users'], []],
    ['null as parameters', 'delete from users', null],
    ['a string as parameters', 'delete from users where id = ?', '1'],
    ['a number as parameters', 'select * from users where id = ?', 1],
  ])('%s is named, and nothing is run', async (_, sql, params) => {
    const wrong = { code: 'ERR_CONFIG_OPTION' }
    const call = [sql, params] as unknown as [string, unknown[]]
    await expect(db.query(...call)).rejects.toMatchObject(wrong)
    await expect(db.explain(...call)).rejects.toMatchObject(wrong)
    await expect(db.transaction((tx) => tx.query(...call))).rejects.toMatchObject(wrong)
    expect(await db.query('select * from users')).toHaveLength(2)
  })

  test.each<[string, object]>([
    ['a `ttl` that is no table of them', { ttl: 5 }],
    ['a `ttl` of null', { ttl: null }],
    ['a `ttl` of a list', { ttl: ['tickets'] }],
    ['`dependsOn` of null', { dependsOn: null }],
    ['`dependsOn` of a map', { dependsOn: new Map([['totals', ['users']]]) }],
    ['a `session` without a key', { session: {} }],
    ['a `session` of null', { session: null }],
    ['settings of PostgreSQL for another database', { session: { key: 'a', settings: { 'app.tenant': 'a' } } }],
  ])('for an optimizer is named: %s', (_, options) => {
    const create = (): unknown => createQueryOptimizer({ cache, driver: sqlite(database), ...options })
    expect(create).toThrow(expect.objectContaining({ name: 'ConfigError' }))
  })

  test('for a client in the place of `driver` is answered by what is missing', () => {
    for (const options of [{ cache, pool: {} }, { cache, database }, { cache }]) {
      const create = (): unknown => createQueryOptimizer(options as never)
      expect(create).toThrow(
        "`driver` must be a driver, received undefined. Use for example `pg(pool)` of '@hotpath/db/pg'.",
      )
    }
  })

  test.each<[string, () => unknown]>([
    ['sqlite', () => sqlite(database, { maxPrepared: -1 })],
    ['sqlite, unknown', () => sqlite(database, { prepared: 1 } as never)],
    ['pg', () => pg({ connect: () => Promise.reject(new Error('no')) }, { maxPrepared: 1.5 })],
    ['mysql', () => mysql({ getConnection: () => Promise.reject(new Error('no')) }, { prepare: 1 as never })],
  ])('for a driver is named: %s', (_, create) => {
    expect(create).toThrow(expect.objectContaining({ name: 'ConfigError' }))
  })

  test('of a call is named before anything is run: a ttl, a token, and a session that is null', async () => {
    for (const options of [{ ttl: 'soon' }, { after: 'now' }, { session: null }] as never[]) {
      await expect(db.query('select * from users', [], options)).rejects.toSatisfy((error) => isHotpathError(error))
      await expect(db.query('delete from users', [], options)).rejects.toSatisfy((error) => isHotpathError(error))
      await expect(db.transaction((tx) => tx.query('delete from users', [], options))).rejects.toSatisfy((error) =>
        isHotpathError(error),
      )
    }
    expect(await db.query('select * from users')).toHaveLength(2)
  })

  test('of several statements is refused before any of them is run, and so is a parameter that is a function', async () => {
    const sql = "insert into users values (3, 'Cem'); insert into users values (4, 'Dora')"
    const wrong = { code: 'ERR_CONFIG_OPTION' }
    await expect(db.query(sql)).rejects.toThrow(
      '`sql` must be one statement on SQLite, received 2. Run each by a `query`',
    )
    await expect(db.query('select 1; select 2')).rejects.toMatchObject(wrong)
    await expect(db.transaction((tx) => tx.query(sql))).rejects.toMatchObject(wrong)
    await expect(db.query('update users set name = ?', [() => 'Eva'])).rejects.toMatchObject(wrong)
    await db.query('select * from users; ')
    await db.query('create trigger named after insert on users begin select 1; select 2; end')
    expect(await db.query('select * from users')).toHaveLength(2)
  })

  test('parameters that contain themselves are left to the driver', async () => {
    const list: unknown[] = []
    list.push(list)
    const object: Record<string, unknown> = {}
    object['self'] = object
    for (const params of [[list], [object], object, list]) {
      for (const sql of ['select * from users where id = ?', 'delete from users where id = ?']) {
        await expect(db.query(sql, params as unknown[])).rejects.not.toThrow(RangeError)
        await expect(db.transaction((tx) => tx.query(sql, params as unknown[]))).rejects.not.toThrow(RangeError)
      }
    }
    expect(await db.query('select * from users')).toHaveLength(2)
  })

  test('a savepoint without a function is named', async () => {
    const wrong = { code: 'ERR_CONFIG_OPTION' }
    await expect(db.transaction((tx) => tx.transaction(5 as never))).rejects.toMatchObject(wrong)
  })

  test('what is aborted before it begins is not run', async () => {
    const options = { signal: AbortSignal.abort(new Error('too late')) }
    await expect(db.query('delete from users', [], options)).rejects.toThrow('too late')
    await expect(db.transaction((tx) => tx.query('delete from users', [], options))).rejects.toThrow('too late')
    const wrong = { signal: {} as never }
    await expect(db.query('delete from users', [], wrong)).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    expect(await db.query('select * from users')).toHaveLength(2)
  })

  test('a caller that leaves a statement that is not kept is detached', async () => {
    const leaving = new AbortController()
    const left = db.query('select random() as n', [], { signal: leaving.signal })
    leaving.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
  })

  test('an `onCommit` that rejects is a fault, and the transaction is committed', async () => {
    const faults: unknown[] = []
    db.on('fault', ({ error }) => faults.push(error.code))
    const onCommit = (() => Promise.reject(new Error('mine'))) as () => void
    await db.transaction((tx) => tx.query('delete from users'), { onCommit })
    expect(await db.query('select * from users')).toEqual([])
    expect(faults).toEqual(['ERR_LISTENER_THREW'])
  })

  test('of a megabyte is run', { timeout: 60_000 }, async () => {
    const list = Array.from({ length: 100_000 }, (_, at) => at + 10_000).join(', ')
    const sql = `select count(*) as n from users where id in (1, ${list}) -- ${'x'.repeat(400_000)}`
    expect(sql.length).toBeGreaterThan(1_000_000)
    for (let round = 0; round < 2; round++) expect(await db.query(sql)).toMatchObject([{ n: 1 }])
  })

  test('with parameters of every type is the same from the cache', async () => {
    const values = [null, 1, 1.5, -0, 10n, 'text', new Uint8Array([1, 2]), Number.POSITIVE_INFINITY]
    for (const value of values) {
      const sql = 'select ? as v, typeof(?) as t from users where id = 1'
      const miss = await db.query(sql, [value, value])
      expect(await db.query(sql, [value, value])).toEqual(miss)
    }
  })
})

test('a cache that is closed fails reads with its own error', async () => {
  await db.query('select * from users')
  await cache.close()
  await expect(db.query('select * from users')).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
})

test('a database whose statements return arrays is served in the same way', async () => {
  const other = new DatabaseSync(join(folder, 'app.db'), { returnArrays: true })
  const arrays = createQueryOptimizer({ cache, driver: sqlite(other), name: 'arrays' })
  const sql = 'select * from users where id = 1'
  for (let round = 0; round < 2; round++) expect(await arrays.query(sql)).toMatchObject([{ id: 1, name: 'Ann' }])
  database.exec("alter table users add column more text default 'm'")
  expect(await arrays.query(sql, [], { refresh: true })).toMatchObject([{ id: 1, name: 'Ann', more: 'm' }])
  await arrays.close()
  other.close()
})

describe('once the cache is closed', () => {
  const names = (): unknown => database.prepare('select name from users order by id').all()

  test('nothing is written, as it could not be invalidated', async () => {
    await db.query('select * from users')
    await cache.close()
    await expect(db.query("update users set name = 'never'")).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    expect(names()).toMatchObject([{ name: 'Ann' }, { name: 'Ben' }])
  })

  test('a transaction that has written is undone', async () => {
    const written = db.transaction(async (tx) => {
      await tx.query("update users set name = 'never' where id = 1")
      await cache.close()
    })
    await expect(written).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    expect([names(), db.stats().lent]).toMatchObject([[{ name: 'Ann' }, { name: 'Ben' }], 0])
  })
})

describe('what makes rows', () => {
  test('is made once for the columns of a statement', async () => {
    const driver = sqlite(database)
    const makers = new Set<unknown>()
    const counting = {
      ...driver,
      rowMaker(columns: Parameters<typeof driver.rowMaker>[0]) {
        const make = driver.rowMaker(columns)
        makers.add(make)
        return make
      },
    }
    const counted = createQueryOptimizer({ cache, driver: counting })
    const read = async (id: number): Promise<unknown> => counted.query('select id, name from users where id = ?', [id])
    const loaded = [await read(1), await read(2)]
    expect([await read(1), await read(2), await read(1)]).toEqual([...loaded, loaded[0]])
    expect(makers.size).toBe(1)
    await counted.close()
  })
})
