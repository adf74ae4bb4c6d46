/** What a miss adds by itself: over a driver whose statement is answered in the next turn, so that no database is waited for. */
import { createCache, memory } from '@hotpath/core'
import { createQueryOptimizer } from '@hotpath/db'
import type { DatabaseConnection, DatabaseDriver, WireResult } from '@hotpath/db/pg'
import { median } from './rounds.ts'

const READ = 'select id, name, branch, balance from accounts where id = $1'
const MISSES = 3_000

/** Prints processor time and garbage of a miss, and of the driver alone. */
export async function missCost(driver: DatabaseDriver, quick: boolean): Promise<void> {
  const fast = await answeringAtOnce(driver)
  const cache = createCache({ name: 'miss', tiers: [memory({ maxEntries: 500_000 })] })
  const db = createQueryOptimizer({ cache, driver: fast, schemaCheck: '1h', leakAfter: false })
  const ways = {
    'the driver alone': async (id: number): Promise<unknown> => {
      const connection = await fast.acquire()
      const result = await connection.run(READ, [id])
      connection.release()
      return result
    },
    'a miss': (id: number): Promise<unknown> => db.query(READ, [id]),
  }
  const times = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]))
  const bytes = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]))
  let id = 0
  const [warmUp, rounds] = quick ? [2, 5] : [10, 20]
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const [name, run] of Object.entries(ways)) {
      globalThis.gc?.()
      const [heap, cpu] = [process.memoryUsage().heapUsed, process.cpuUsage()]
      for (let count = 0; count < MISSES; count++) await run(++id)
      const { user, system } = process.cpuUsage(cpu)
      if (round < warmUp) continue
      times.get(name)?.push((user + system) / MISSES)
      bytes.get(name)?.push((process.memoryUsage().heapUsed - heap) / MISSES)
    }
  }
  console.log('A miss without the database, median (best) in µs of processor time, and bytes allocated')
  for (const [name, all] of times) {
    const allocated = median(bytes.get(name) ?? []).toFixed(0)
    console.log(`  ${name.padEnd(40)} ${median(all).toFixed(1)} (${Math.min(...all).toFixed(1)}), ${allocated} bytes`)
  }
  await db.close()
  await cache.close()
}

/** The same driver, but for the statement that is measured. */
async function answeringAtOnce(driver: DatabaseDriver): Promise<DatabaseDriver> {
  const one = await driver.acquire()
  const answer = await one.run(READ, [1])
  one.release()
  const copyOf = ({ columns, rows, ...more }: WireResult): WireResult => ({
    ...more,
    columns: columns.map(([name, type]) => [name, type]),
    rows: rows.map((row) => [...row]),
  })
  const acquire = async (): Promise<DatabaseConnection> => {
    const connection = await driver.acquire()
    const run: DatabaseConnection['run'] = (sql, params, options) =>
      sql === READ
        ? new Promise((resolve) => void setImmediate(() => resolve(copyOf(answer))))
        : connection.run(sql, params, options)
    return Object.assign(Object.create(connection) as DatabaseConnection, { run })
  }
  return { ...driver, acquire }
}
