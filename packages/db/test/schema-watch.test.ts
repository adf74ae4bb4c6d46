/** Whether the catalog is known to be current by the log. */
import { DatabaseSync } from 'node:sqlite'
import { createCache, memory } from '@hotpath/core'
import { createFakeClock } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { type SchemaState, SchemaWatch } from '../src/catalog/schema-watch.ts'
import { Lender } from '../src/connections/lender.ts'
import type { DatabaseDriver } from '../src/driver/driver.ts'
import { sqlite } from '../src/driver/sqlite.ts'
import { SCHEMA_TAG } from '../src/write/changes.ts'

test('a catalog that was read anew is used, also where its version is the same', async () => {
  const clock = createFakeClock()
  const log = createCache({ name: 'schema', tiers: [memory({ maxEntries: 10 })] })
  const database = new DatabaseSync(':memory:')
  const driver = sqlite(database)
  const lender = new Lender({ driver, clock, acquireMs: 1_000, openTransactions: () => 0 })
  const changed: SchemaState[] = []
  const watch = new SchemaWatch({
    ...{ driver, lender, log, clock, checkMs: 60_000 },
    ...{ begun: () => log.ready(), changed: (state) => void changed.push(state), failed: () => {} },
  })
  const first = await watch.ready()
  database.function('twice', { deterministic: true }, (value) => 2 * Number(value))
  watch.expire()
  const second = await watch.ready()
  expect([first, second].map(({ schema }) => schema.calls(['twice'], []))).toEqual(['reads', 'pure'])
  expect(second.schema.version).toBe(first.schema.version)
  expect(changed).toEqual([second])
  watch.expire()
  expect(await watch.ready()).toBe(second)
  await log.close()
})

test('a change of the schema is seen in the log, whatever was written before and after it', async () => {
  const clock = createFakeClock()
  const log = createCache({ name: 'schema', tiers: [memory({ maxEntries: 10 })] })
  const driver = sqlite(new DatabaseSync(':memory:'))
  const lender = new Lender({ driver, clock, acquireMs: 1_000, openTransactions: () => 0 })
  const watch = new SchemaWatch({
    ...{ driver, lender, log, clock, checkMs: 60_000 },
    ...{ begun: () => log.ready(), changed: () => {}, failed: () => {} },
  })
  expect(watch.isCurrent()).toBe(false)
  await watch.ready()
  const seen = [watch.isCurrent()]
  for (const tag of ['table:a', 'table:b', SCHEMA_TAG, 'table:a']) {
    await log.invalidateTags([tag])
    seen.push(watch.isCurrent())
  }
  expect(seen).toEqual([true, true, true, false, false])
  watch.expire()
  await watch.ready()
  expect(watch.isCurrent()).toBe(true)
  await log.close()
})

test('a look that takes its time is as old as its beginning', async () => {
  const clock = createFakeClock()
  const log = createCache({ name: 'schema', tiers: [memory({ maxEntries: 10 })] })
  const inner = sqlite(new DatabaseSync(':memory:'))
  let tookMs = 0
  const driver: DatabaseDriver = {
    ...inner,
    async acquire() {
      const connection = await inner.acquire()
      const run: typeof connection.run = async (sql, params, how) => {
        const result = await connection.run(sql, params, how)
        if (sql.includes('schema_version')) clock.advance(tookMs)
        return result
      }
      return Object.create(connection, { run: { value: run } }) as typeof connection
    },
  }
  const lender = new Lender({ driver, clock, acquireMs: 1_000, openTransactions: () => 0 })
  const watch = new SchemaWatch({
    ...{ driver, lender, log, clock, checkMs: 60_000 },
    ...{ begun: () => log.ready(), changed: () => {}, failed: () => {} },
  })
  const isKnownAfter = async (ms: number): Promise<boolean> => {
    watch.expire()
    await watch.ready()
    clock.advance(ms)
    return watch.current() !== undefined
  }
  tookMs = 20_000
  expect(await isKnownAfter(39_999)).toBe(true)
  expect(await isKnownAfter(40_000)).toBe(false)
  // It is good for half of the time in any case, as calls would wait for one after another.
  tookMs = 100_000
  expect(await isKnownAfter(29_999)).toBe(true)
  expect(await isKnownAfter(30_000)).toBe(false)
  await log.close()
})
