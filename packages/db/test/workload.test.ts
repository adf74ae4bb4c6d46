import { expect, test } from 'vitest'
import type { DatabaseDriver } from '../src/index.ts'
import type { Engine } from './engines/engine.ts'
import { startSqlite } from './engines/sqlite.ts'
import { compareWorkload } from './workload/compare.ts'

test('cached and direct results of SQLite are the same, whatever happens in between', async () => {
  for (let seed = 1; seed <= 4; seed++) {
    const engine = await startSqlite(seed % 2 === 0 ? 'better-sqlite3' : 'node:sqlite')
    const { statements, hits, differences } = await compareWorkload(engine, { seed, statements: 3_000 })
    expect(differences, `seed ${seed}`).toEqual([])
    expect(statements).toBeGreaterThanOrEqual(3_000)
    expect(hits).toBeGreaterThan(300)
    await engine.stop()
  }
}, 120_000)

test('the workload finds out when cascades or triggers are not known', async () => {
  for (const hidden of ['pragma_foreign_key_list', "type = 'trigger'"]) {
    const engine = await startSqlite('node:sqlite')
    const { differences } = await compareWorkload(hiding(engine, hidden), { seed: 3, statements: 6_000 })
    expect(differences, hidden).toHaveLength(1)
    await engine.stop()
  }
}, 120_000)

/** An engine whose catalog shows nothing where a statement contains this. */
function hiding(engine: Engine, hidden: string): Engine {
  const driver = engine.driver()
  const blind: DatabaseDriver = {
    ...driver,
    async acquire() {
      const connection = await driver.acquire()
      const run: typeof connection.run = async (sql, params, options) => {
        const result = await connection.run(sql, params, options)
        return sql.includes(hidden) ? { ...result, rows: [] } : result
      }
      return Object.create(connection, { run: { value: run } }) as typeof connection
    },
  }
  return { ...engine, driver: () => blind }
}
