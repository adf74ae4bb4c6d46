import { describe, expect, test } from 'vitest'
import type { Engine } from '../engines/engine.ts'
import { clearMariadb, startMariadbEngine } from '../engines/mariadb.ts'
import { clearPostgres, startPostgresEngine } from '../engines/postgres.ts'
import { compareWorkload } from '../workload/compare.ts'

const ENGINES = {
  PostgreSQL: { start: (): Promise<Engine> => startPostgresEngine(), clear: clearPostgres },
  MariaDB: { start: (): Promise<Engine> => startMariadbEngine(), clear: clearMariadb },
}

describe.each(['PostgreSQL', 'MariaDB'] as const)('%s', (name) => {
  test('cached and direct results are the same, whatever happens in between', async () => {
    const { start, clear } = ENGINES[name]
    const engine = await start()
    try {
      for (let seed = 1; seed <= 2; seed++) {
        await clear(engine)
        const { hits, differences } = await compareWorkload(engine, { seed, statements: 2_000 })
        expect(differences, `seed ${seed}`).toEqual([])
        expect(hits).toBeGreaterThan(400)
      }
    } finally {
      await engine.stop()
    }
  }, 240_000)
})
