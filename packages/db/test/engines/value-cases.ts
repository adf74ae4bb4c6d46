/** Values: a hit is a miss, from memory and from a tier of bytes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cache, createCache, memory } from '@hotpath/core'
import { sqlite as sqliteTier } from '@hotpath/sql'
import { describe, expect, test } from 'vitest'
import { type DatabaseDriver, createQueryOptimizer } from '../../src/index.ts'
import type { Bench } from './engine.ts'

/** What a statement returns from the database, from memory, and from bytes in another process. */
async function threeWays(driver: () => DatabaseDriver, sql: string): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'hotpath-db-'))
  const caches: Cache[] = []
  const open = (): ReturnType<typeof createQueryOptimizer> => {
    const tiers = [memory({ maxEntries: 100 }), sqliteTier({ path: join(folder, 'cache.db') })] as const
    const cache = createCache({ name: 'ways', tiers: [...tiers] })
    caches.push(cache)
    return createQueryOptimizer({ cache, driver: driver() })
  }
  try {
    const one = open()
    const miss = await one.executeWithStats(sql)
    const hit = await one.executeWithStats(sql)
    // What is on its way to the lower tier gets there.
    await caches[0]?.close()
    const other = await open().executeWithStats(sql)
    return { miss: miss.rows, [hit.stats.source]: hit.rows, [other.stats.source]: other.rows }
  } finally {
    for (const cache of caches) await cache.close()
    rmSync(folder, { recursive: true })
  }
}

/**
 * Runs them.
 *
 * @param make - Makes a table `kinds` of one row, or more.
 */
export function valueCases(bench: () => Bench, make: readonly string[]): void {
  describe('values of every type', () => {
    test('are the same from the database, from memory and from bytes', async () => {
      const { engine } = bench()
      await engine.exec(...make)
      const text = 'select * from kinds'
      const direct = await engine.direct(text)
      const found = await threeWays(() => engine.driver(), text)
      expect(Object.keys(found)).toEqual(['miss', 'memory', 'sql'])
      for (const rows of Object.values(found)) {
        expect((rows as object[]).map((row) => ({ ...row }))).toStrictEqual(
          direct.map((row) => ({ ...(row as object) })),
        )
      }
    })

    test('are nobody else’s', async () => {
      const { engine, db } = bench()
      await engine.exec(...make)
      const [before] = (await engine.direct('select * from kinds')) as Record<string, unknown>[]
      const spoiled = [await db.query('select * from kinds'), await db.query('select * from kinds')]
      for (const [row] of spoiled) for (const value of Object.values(row as object)) spoil(value)
      const [after] = await db.query('select * from kinds')
      expect({ ...after }).toStrictEqual({ ...before })
    })
  })
}

function spoil(value: unknown): void {
  if (value instanceof Date) value.setTime(0)
  else if (value instanceof Uint8Array) value.fill(9)
  else if (Array.isArray(value)) value.push('spoiled')
  else if (typeof value === 'object' && value !== null) Object.assign(value, { spoiled: true })
}
