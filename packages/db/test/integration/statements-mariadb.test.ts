/**
 * What the reader finds, against MariaDB: every generated statement has to run, `explain` may show no other tables than
 * those that were found, and only those that were found as written may change.
 */
import { createRandom } from '@hotpath/testkit'
import * as fc from 'fast-check'
import { createPool, type Pool } from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MariadbServer, startMariadb } from '../../../../scripts/mariadb-server.ts'
import { type Generated, randomStatement, TABLES } from '../generate/random-statement.ts'
import { newTally, tally } from '../statement/compare.ts'

let server: MariadbServer
let pool: Pool

beforeAll(async () => {
  server = await startMariadb()
  pool = createPool({ host: '127.0.0.1', port: server.port, user: 'admin', database: 'app', connectionLimit: 1 })
  await begin()
  for (const table of TABLES) {
    await pool.query(`create table \`${table}\` (id int primary key, a int, b int)`)
    await pool.query(`insert into \`${table}\` values (1, 1, 1), (2, 3, 2), (3, 7, null)`)
  }
}, 120_000)

afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

/** A string may be compared with a number. */
async function begin(): Promise<void> {
  await pool.query("set sql_mode = ''")
}

/** Ends MariaDB 10.11 by names of `with` within names of `with`. */
const DEADLY = 820_860_174

/** A number that changes with the rows of a table. */
async function sums(): Promise<Map<string, string>> {
  const [rows] = await pool.query(
    TABLES.map(
      (table) =>
        `select '${table}' as t, concat_ws(' ', count(*), sum(id), sum(a), sum(b), sum(id * coalesce(a, 7))) as s from \`${table}\``,
    ).join(' union all '),
  )
  return new Map((rows as { t: string; s: string }[]).map(({ t, s }) => [t, s]))
}

/** Tables that a plan has by their own names, or by those of their aliases in the statement as the optimizer sees it. */
async function tablesOfPlan(sql: string, plan: readonly { readonly EXPLAIN: string }[]): Promise<string[]> {
  await pool.query(`explain extended ${sql}`)
  const [notes] = await pool.query('show warnings')
  const seen = (notes as { readonly Message: string }[]).map(({ Message }) => Message).join('\n')
  const named = plan.flatMap((row) => [...row.EXPLAIN.matchAll(/"table_name": "([^"]+)"/g)])
  const found = [...named, ...seen.matchAll(/`app`\.`([^`]+)`(?!\.)/g)].map(([, name]) => name ?? '')
  return found.filter((name) => TABLES.some((table) => table === name))
}

test('a generated statement is read as MariaDB reads it', async () => {
  const result = newTally()
  const faults: string[] = []
  let ran = 0
  let seen = 0
  let crashes = 0
  const before = await sums()
  await fc.assert(
    fc.asyncProperty(fc.noShrink(fc.integer()), async (seed) => {
      const statement = randomStatement(createRandom(seed), 'mysql')
      const lower = (names: Iterable<string>): string[] => [...names].map((name) => name.toLowerCase())
      const { sql, reads, writes } = statement
      tally(result, sql, 'mysql', { reads: lower(reads), writes: lower(writes) }, 'app')
      try {
        await compare(statement)
      } catch (error) {
        if ((error as { readonly code?: unknown }).code !== 'PROTOCOL_CONNECTION_LOST') throw error
        // The server did not survive the statement, which is a fault of its own.
        crashes++
        await server.restart()
        await begin()
      }
    }),
    { numRuns: 500, examples: [[DEADLY]] },
  )
  expect(faults).toEqual([])
  expect(crashes).toBeLessThan(5)
  expect(ran).toBeGreaterThan(400)
  expect(seen).toBeGreaterThan(500)
  expect(result).toEqual({ count: 500, exact: 500, unknown: 0, missed: [], extra: [] })

  async function compare({ sql, reads, writes, named }: Generated): Promise<void> {
    // A plan has the names of `with` in the place of tables.
    const known = new Set([...reads, ...writes, ...named])
    const [plan] = await pool.query(`explain format=json ${sql}`).catch((error: unknown) => {
      // MariaDB does not see names of `with` from some places from which it should.
      if (!/^(?:Table 'app\.(?:c\d|from_items)' doesn't exist|No anchors for)/.test((error as Error).message))
        throw error
      return []
    })
    if (plan === undefined) return
    ran++
    const shown = await tablesOfPlan(sql, plan as { readonly EXPLAIN: string }[])
    seen += shown.length
    for (const name of shown) if (!known.has(name)) faults.push(`${name}: ${sql}`)
    if (writes.size === 0) return
    const connection = await pool.getConnection()
    try {
      await connection.query('start transaction')
      await connection.query(sql)
    } finally {
      connection.release()
    }
    const after = await sums()
    await pool.query('rollback')
    for (const [table, sum] of after)
      if (sum !== before.get(table) && !writes.has(table)) faults.push(`${table}: ${sql}`)
  }
}, 240_000)
