/** Unusual writes of MariaDB. */
import { expect, test } from 'vitest'
import { compareWrites } from '../engines/compare-writes.ts'
import { useEngine } from '../engines/engine.ts'
import { clearMariadb, startMariadbEngine } from '../engines/mariadb.ts'
import { createQueryOptimizer } from '../../src/index.ts'
import { mysql } from '../../src/driver/mysql.ts'

const bench = useEngine(startMariadbEngine, clearMariadb)

/** What mysql2 keeps of its connections. */
interface Connections {
  readonly _allConnections: {
    toArray(): readonly { readonly threadId: number; readonly stream: { destroy(): void } }[]
  }
}

const READS = [
  'select * from users order by id',
  'select name from users where id = 1',
  'select * from audit order by id',
  'select u.name, t.status from tickets t join users u on u.id = t.owner order by t.id',
  'select * from other order by id',
]

test('a write by any kind of statement is seen', async () => {
  await bench().engine.exec(
    'create table other (id integer primary key, name varchar(40))',
    "insert into other values (1, 'Oda'), (5, 'Olaf')",
    "create procedure fill(n integer) insert into audit values (n, 'by call')",
    "create function noted(n integer) returns integer modifies sql data begin insert into audit values (n, 'by function'); return n; end",
    'create view both_names as select u.id, u.name, o.name as other from users u join other o on o.id = u.id',
    'create table parts (id integer, n integer) partition by range (id) (partition p0 values less than (10), partition p1 values less than (20))',
    'create table part (id integer, n integer)',
    'insert into part values (5, 5)',
  )
  await compareWrites(bench(), {
    reads: [...READS, 'select * from both_names', 'select * from parts order by id', 'select * from part'],
    writes: [
      "replace into users values (1, 'replaced')",
      "insert into users values (1, 'x') on duplicate key update name = concat(name, '!')",
      "insert into users set id = 3, name = 'set'",
      "update users u, other o set u.name = 'joined', o.name = 'too' where u.id = o.id",
      'delete u, o from users u join other o on o.id = u.id',
      'delete from other using other join users where other.id = 5',
      "insert into users select 20, 'selected'",
      "update both_names set other = 'by view' where id = 1",
      'call fill(77)',
      'select noted(78)',
      'do noted(79)',
      'select id from users where noted(200 + id) is null',
      "execute immediate 'insert into audit values (81, 81)'",
      "begin not atomic insert into audit values (82, 'compound'); end",
      ["prepare s from 'update audit set what = 4'", 'execute s', 'deallocate prepare s'],
      [
        'savepoint s',
        "update users set name = 'undone'",
        'rollback to savepoint s',
        "update users set name = 'kept' where id = 20",
      ],
      "insert into users values (21, 'returned') returning id",
      'alter table parts exchange partition p0 with table part',
      'alter table parts truncate partition p0',
      'rename table users to people, other to users, people to other',
      "insert into users values (9, 'after renaming')",
      'create or replace view both_names as select id, name, what as other from users join audit using (id)',
      'truncate audit',
      '/*! delete from other */',
    ],
  })
}, 60_000)

test('of a statement that fails half-way, what a table of Aria or MyISAM keeps is seen', async () => {
  const { db, engine } = bench()
  await db.query('create table kept (id integer primary key, n integer) engine = aria transactional = 0')
  await db.query('insert into kept values (1, 1), (5, 5)')
  const sql = 'select * from kept order by id'
  await db.query(sql)
  await expect(db.query('insert into kept values (2, 2), (3, 3), (5, 9), (6, 6)')).rejects.toThrow(/Duplicate/)
  expect(await db.query(sql)).toEqual(await engine.direct(sql))
  expect(await db.query(sql)).toHaveLength(4)
})

test('a statement that the server goes on with although its connection broke invalidates when it has ended', async () => {
  const { cache, engine } = bench()
  const { connect, pool } = engine
  const own = connect({ connectionLimit: 2 })
  const db = createQueryOptimizer({ cache, driver: mysql(own), name: 'late' })
  const sql = 'select status from tickets where id = 7'
  await db.query(sql)
  const other = await pool.getConnection()
  await other.query('begin')
  await other.query('select * from tickets where id = 7 for update')
  const write = expect(db.query("update tickets set status = 'late' where id = 7")).rejects.toThrow()
  const running = "select id from information_schema.processlist where info like 'update tickets%late%'"
  await expect.poll(() => engine.direct(running), { timeout: 20_000 }).toHaveLength(1)
  const [{ id }] = (await engine.direct(running)) as [{ readonly id: number }]
  const { _allConnections: all } = (own as unknown as { readonly pool: Connections }).pool
  all
    .toArray()
    .find(({ threadId }) => threadId === id)
    ?.stream.destroy()
  await write
  await db.query(sql)
  await other.query('commit')
  other.release()
  await expect
    .poll(async () => JSON.stringify(await db.query(sql)) === JSON.stringify(await engine.direct(sql)), {
      timeout: 20_000,
    })
    .toBe(true)
  await db.close()
}, 60_000)

test.each(['truncate audit', 'alter table audit add column more integer', 'analyze table audit'])(
  'what is written before `%s`, which commits by itself, is seen after a rollback',
  async (committing) => {
    const { db, engine } = bench()
    const sql = 'select name from users order by id'
    await db.query(sql)
    const undone = db.transaction(async (tx) => {
      await tx.query("update users set name = 'committed'")
      await tx.query(committing)
      throw new Error('undo')
    })
    await expect(undone).rejects.toThrow('undo')
    expect(await db.query(sql)).toEqual(await engine.direct(sql))
  },
)
