import { work } from '@hotpath/soak'
import { Pool } from 'pg'
import { postgres, sqlite } from '../../src/index.ts'
import type { Setup } from './setup.ts'

const TIMEOUT_MS = 2_000

await work((setup: Setup) => {
  switch (setup.type) {
    case 'sqlite':
      return { tier: sqlite({ path: setup.path }), close: () => {} }
    case 'postgres': {
      const pool = new Pool({
        host: '127.0.0.1',
        port: setup.port,
        user: 'admin',
        database: 'postgres',
        max: 6,
        connectionTimeoutMillis: TIMEOUT_MS,
        query_timeout: TIMEOUT_MS,
      })
      return { tier: postgres({ pool }), close: () => pool.end() }
    }
  }
})
