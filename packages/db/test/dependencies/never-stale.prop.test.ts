/**
 * A write that changes what a read returns shares a tag with it: over random tables, reads and writes, run by SQLite,
 * with the catalog as the optimizer reads it.
 */
import { DatabaseSync } from 'node:sqlite'
import { createRandom } from '@hotpath/testkit'
import { assert, asyncProperty, integer, noShrink } from 'fast-check'
import { expect, test } from 'vitest'
import { DatabaseSchema } from '../../src/catalog/database-schema.ts'
import { readSqliteCatalog } from '../../src/catalog/sqlite.ts'
import { planDependencies } from '../../src/dependencies/plan.ts'
import { readStatement } from '../../src/statement/index.ts'
import { type Call, randomRead, randomSchema, randomWrite } from '../generate/random-tables.ts'

const SCHEMAS = 150
const READS = 12
const WRITES = 12

interface Counts {
  pairs: number
  changed: number
  kept: number
  rowTagged: number
}

/** The tags that a statement invalidates, as the optimizer plans it. */
function tagsOfWrite({ sql, params }: Call, schema: DatabaseSchema): readonly string[] {
  const { fingerprint, writes } = readStatement(sql, 'sqlite')
  const keepsRows = /^insert into\b(?!.*\bon (?:conflict|duplicate)\b)/s.test(fingerprint) && writes.length === 1
  return planDependencies(sql, keepsRows ? schema.forInserts : schema.forOthers).writeTags(params)
}

/** The rows of a query, in no order; `undefined`: it does not run. */
function rowsOf(database: DatabaseSync, { sql, params }: Call): string[] | undefined {
  try {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    return (statement.all(...params) as unknown[]).map((row) => JSON.stringify(row)).sort()
  } catch {
    return undefined
  }
}

function runs(database: DatabaseSync, { sql, params }: Call): boolean {
  try {
    if (sql.includes(';'))
      for (const one of sql.split(';')) database.prepare(one).all(...(one.includes('?') ? params : []))
    else database.prepare(sql).all(...params)
    return true
  } catch {
    return false
  }
}

async function check(seed: number, counts: Counts): Promise<void> {
  const random = createRandom(seed)
  const database = new DatabaseSync(':memory:')
  const { statements, tables } = randomSchema(random)
  for (const sql of [...statements, 'create table t_keys (k)', 'insert into t_keys values (1), (3)']) database.exec(sql)
  const facts = await readSqliteCatalog((sql, params = []) => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    return Promise.resolve(statement.all(...(params as string[])) as unknown as unknown[][])
  })
  const schema = new DatabaseSchema(facts)
  const keyed = [...schema.forOthers.tables]
    .filter(([, { key }]) => key !== undefined)
    .map(([id]) => id.replace('main.', 'table:'))
  const reads: { call: Call; rows: string[]; tags: readonly string[] }[] = []
  while (reads.length < READS) {
    const call = randomRead(random, tables)
    const rows = rowsOf(database, call)
    if (rows === undefined) continue
    const plan = planDependencies(call.sql, schema.forOthers)
    expect(plan.bypass, call.sql).toEqual([])
    const tags = plan.readTags(call.params)
    expect(tags.length, call.sql).toBeLessThanOrEqual(16)
    for (const tag of tags.filter((one) => one.includes('/'))) expect(keyed).toContain(tag.slice(0, tag.indexOf('/')))
    if (tags.some((tag) => tag.includes('/'))) counts.rowTagged++
    reads.push({ call, rows, tags })
  }
  for (let count = 0; count < WRITES; count++) {
    const write = randomWrite(random, [...tables, 't_keys'])
    database.exec('savepoint before_write')
    if (runs(database, write)) {
      const tags = new Set(tagsOfWrite(write, schema))
      for (const read of reads) {
        counts.pairs++
        const isShared = read.tags.some((tag) => tags.has(tag))
        const isSame = JSON.stringify(rowsOf(database, read.call)) === JSON.stringify(read.rows)
        if (!isSame) counts.changed++
        if (!isShared) counts.kept++
        if (isSame || isShared) continue
        expect.fail(JSON.stringify({ statements, write, read, tags: [...tags] }, undefined, 1))
      }
    }
    database.exec('rollback to before_write; release before_write')
  }
  database.close()
}

test('a write that changes the result of a read shares a tag with it', async () => {
  const counts: Counts = { pairs: 0, changed: 0, kept: 0, rowTagged: 0 }
  await assert(
    asyncProperty(noShrink(integer()), (seed) => check(seed, counts)),
    { numRuns: SCHEMAS },
  )
  expect(counts.pairs).toBeGreaterThan(5_000)
  // It shows something only if many results change, and is worth something only if many entries stay.
  expect(counts.changed).toBeGreaterThan(500)
  expect(counts.kept).toBeGreaterThan(1_000)
  expect(counts.rowTagged).toBeGreaterThan(100)
}, 120_000)
