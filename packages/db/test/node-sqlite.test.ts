/** What is said of statements, by `node:sqlite` of any version of Node. */
import { DatabaseSync } from 'node:sqlite'
import { createCache, memory } from '@hotpath/core'
import { expect, test } from 'vitest'
import { createQueryOptimizer } from '../src/index.ts'
import { type SqliteDatabase, sqlite } from '../src/driver/sqlite.ts'

/** As in Node 22.13: it says neither which statements return rows nor what their columns are. */
function withoutColumns(own: DatabaseSync): SqliteDatabase {
  return {
    location: () => own.location(),
    prepare(sql) {
      const statement = own.prepare(sql)
      return { all: (...params) => statement.all(...params), run: (...params) => statement.run(...params) }
    },
  }
}

test.each([
  ['as it is', (own: DatabaseSync): SqliteDatabase => own],
  ['where it does not say which statements return rows', withoutColumns],
])('what `node:sqlite` says of a statement is what is said of it, %s', async (_, wrapped) => {
  const [own, bare] = [new DatabaseSync(':memory:'), new DatabaseSync(':memory:')]
  const cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 100 })] })
  const on = createQueryOptimizer({ cache, driver: sqlite(wrapped(own)) })
  for (const sql of [
    'create table notes (id integer primary key, body text)',
    "insert into notes values (7, 'a'), (8, 'b')",
    "update notes set body = 'c'",
    'select id from notes where id = 99',
    "update notes set body = 'd' where id = 99",
    'delete from notes where id = 7',
    "insert into notes (body) values ('e') returning id",
    "insert into notes (body) select 'f' from notes",
    'explain query plan select id from notes where id = 99',
    'pragma user_version = 3',
    'pragma user_version',
  ]) {
    const statement = bare.prepare(sql)
    const isRows = statement.columns().length > 0
    const { rows, stats } = await on.executeWithStats(sql)
    if (isRows) {
      const expected = statement.all()
      expect([sql, rows, stats.rowCount, stats.insertId]).toEqual([sql, expected, expected.length, undefined])
    } else {
      const { changes, lastInsertRowid } = statement.run()
      expect([sql, rows, stats.rowCount, stats.insertId]).toEqual([sql, [], Number(changes), lastInsertRowid])
    }
  }
  await on.close()
  await cache.close()
})
