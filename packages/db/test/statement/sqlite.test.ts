/** What the reader finds, against the tables for which SQLite asks its authorizer. */
import { DatabaseSync } from 'node:sqlite'
import { createRandom } from '@hotpath/testkit'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LIST, randomStatement, TABLES } from '../generate/random-statement.ts'
import { authorizedTables, noAuthorizer } from '../oracles/sqlite.ts'
import { newTally, tally } from './compare.ts'

let database: DatabaseSync

beforeAll(() => {
  database = new DatabaseSync(':memory:')
  for (const table of TABLES) database.exec(`create table "${table}" (id integer primary key, a, b)`)
  database.exec(`create table ${LIST} (id)`)
})

afterAll(() => database.close())

test.skipIf(noAuthorizer !== undefined)(
  `a generated statement is read as SQLite reads it (${noAuthorizer ?? 'there is an authorizer'})`,
  () => {
    fc.assert(
      fc.property(fc.noShrink(fc.integer()), (seed) => {
        const { sql, reads, writes } = randomStatement(createRandom(seed), 'sqlite')
        const result = newTally()
        const lower = (names: Iterable<string>): string[] => [...names].map((name) => name.toLowerCase())
        tally(result, sql, 'sqlite', { reads: lower(reads), writes: lower(writes) }, 'main')
        const asked = authorizedTables(database, sql)
        expect(asked.writes).toEqual(new Set(lower(writes)))
        // It asks for names of `with` as well, and for the table that is written.
        const known = new Set(lower([...reads, ...writes]))
        const tables = lower([...TABLES, LIST])
        expect([...asked.reads].filter((name) => tables.includes(name) && !known.has(name))).toEqual([])
        expect(result).toEqual({ count: 1, exact: 1, unknown: 0, missed: [], extra: [] })
      }),
      { numRuns: 2_000 },
    )
  },
  180_000,
)
