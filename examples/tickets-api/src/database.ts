/** The database: SQLite in memory, or the PostgreSQL that `DATABASE_URL` names. */
import { DatabaseSync } from 'node:sqlite'
import { type Cache, createCache, memory } from '@hotpath/core'
import { type QueryOptimizer, createQueryOptimizer } from '@hotpath/db'
import { pg } from '@hotpath/db/pg'
import { type Reporting, withReport } from '@hotpath/db/report'
import { sqlite } from '@hotpath/db/sqlite'
import { Pool } from 'pg'

const TABLES: readonly string[] = [
  'drop table if exists tickets',
  'drop table if exists owners',
  'create table tickets (id integer primary key, title varchar(80), status varchar(20), owner varchar(20), priority integer)',
  `insert into tickets with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 20000)
   select n, 'Ticket ' || n, case n % 3 when 0 then 'open' when 1 then 'done' else 'waiting' end, 'user ' || (n % 50), n % 5 from numbers`,
  'create table owners (name varchar(20) primary key, email varchar(80))',
  `insert into owners select distinct owner, replace(owner, ' ', '.') || '@example.org' from tickets`,
  'analyze',
]

/** A database with tickets, and a cache before it. */
export interface Tickets {
  readonly db: QueryOptimizer & Reporting
  close(): Promise<void>
}

/** Opens it, and fills it. */
export async function openTickets(url: string | undefined): Promise<Tickets> {
  const cache: Cache = createCache({ name: 'tickets', tiers: [memory({ maxEntries: 10_000, maxBytes: '64mb' })] })
  const pool = url === undefined ? undefined : new Pool({ connectionString: url })
  const database = url === undefined ? new DatabaseSync(':memory:') : undefined
  const driver = pool === undefined ? sqlite(database as DatabaseSync) : pg(pool)
  const db = withReport(createQueryOptimizer({ cache, driver, slowQuery: '5ms' }))
  for (const sql of TABLES) await db.query(sql)
  return {
    db,
    async close() {
      await db.close()
      await cache.close()
      await pool?.end()
      database?.close()
    },
  }
}
