import { work } from '@hotpath/soak'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { mysql, postgres, sqlite } from '../../src/index.ts'
import { mysqlOptions, pgOptions } from './pool-options.ts'
import type { Setup } from './setup.ts'

await work((setup: Setup) => {
  switch (setup.type) {
    case 'sqlite':
      return { tier: sqlite({ path: setup.path }), close: () => {} }
    case 'postgres': {
      const pool = new Pool(pgOptions(setup))
      // A connection that breaks while nobody uses it.
      pool.on('error', () => {})
      return { tier: postgres({ pool }), close: () => pool.end() }
    }
    case 'mariadb': {
      const pool = createPool(mysqlOptions(setup))
      return { tier: mysql({ pool }), close: () => pool.end().catch(() => {}) }
    }
  }
})
