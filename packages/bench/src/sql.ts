/**
 * Reads from databases at several concurrencies, against one prepared statement for each read on a pool of the same
 * size. Memory tiers are left out, so that every read of ours is a row and a decoding; theirs are not decoded.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createCache } from '@hotpath/core'
import { type SqlTier, mysql, postgres, sqlite } from '@hotpath/sql'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { startMariadb } from '../../../scripts/mariadb-server.ts'
import { startPostgres } from '../../../scripts/postgres-server.ts'
import { keyOf } from './harness.ts'
import { compareReads, valueOf } from './reads.ts'
import { type Reader, goal } from './rounds.ts'

const KEYS = 5_000
const CONNECTIONS = 10

/** A tier, and the way to read its rows without it. */
interface Bench {
  readonly tier: SqlTier
  readonly plain: Reader
  close(): Promise<void> | void
}

const BENCHES: Readonly<Record<string, () => Promise<Bench> | Bench>> = {
  PostgreSQL: onPostgres,
  MariaDB: onMariadb,
  SQLite: onSqlite,
}

/** Runs the benchmark and prints a table for each database and concurrency. */
export async function sqlReads(quick: boolean): Promise<void> {
  const ratios = new Map<string, number>()
  for (const [title, open] of Object.entries(BENCHES)) {
    const bench = await open()
    try {
      ratios.set(title, await compare(title, bench, quick))
    } finally {
      await bench.close()
    }
  }
  goal('PostgreSQL at 512 readers, × a statement each', ratios.get('PostgreSQL') ?? 0, { atLeast: 4 })
}

/** Answers with what we are, as a multiple of the other, at most readers. */
async function compare(title: string, { tier, plain }: Bench, quick: boolean): Promise<number> {
  await tier.migrate()
  await using cache = createCache({ name: 'bench', tiers: [tier], ttl: '1h', tierTimeout: '10s' })
  while (cache.position() === undefined) await new Promise((resolve) => void setTimeout(resolve, 10))
  // Stored as of now, without a claim to be newer than what others have: nothing is outdated by filling the cache.
  await cache.warm(Array.from({ length: KEYS }, (_, id) => ({ key: keyOf(id), value: valueOf(id) })))
  const contestants = [plain, { name: 'hotpath', read: (key: string) => cache.get(key), close: () => {} }]
  const rates = await compareReads({ title, contestants, keys: KEYS, quick })
  return (rates.get('hotpath') ?? 0) / (rates.get(plain.name) ?? Infinity)
}

async function onPostgres(): Promise<Bench> {
  const server = await startPostgres()
  const [pool, other] = [1, 2].map(
    () => new Pool({ host: '127.0.0.1', port: server.port, user: 'admin', database: 'postgres', max: CONNECTIONS }),
  ) as [Pool, Pool]
  const text = 'SELECT frame FROM hotpath_entries WHERE name = $1 AND key = $2'
  return {
    tier: postgres({ pool }),
    plain: {
      name: 'pg, a prepared statement each, not decoded',
      read: async (key) => (await other.query({ name: 'plain', text, values: ['bench', Buffer.from(key)] })).rows[0],
      close: () => {},
    },
    async close() {
      await Promise.all([pool.end(), other.end()])
      await server.stop()
    },
  }
}

async function onMariadb(): Promise<Bench> {
  const server = await startMariadb()
  const connect = (): ReturnType<typeof createPool> =>
    createPool({ host: '127.0.0.1', port: server.port, user: 'admin', database: 'app', connectionLimit: CONNECTIONS })
  const [pool, other] = [connect(), connect()]
  const sql = 'SELECT frame FROM hotpath_entries WHERE name = ? AND `key` = ?'
  return {
    tier: mysql({ pool }),
    plain: {
      name: 'mysql2, a prepared statement each, not decoded',
      read: async (key) => ((await other.execute(sql, ['bench', Buffer.from(key)]))[0] as unknown[])[0],
      close: () => {},
    },
    async close() {
      await Promise.all([pool.end(), other.end()])
      await server.stop()
    },
  }
}

async function onSqlite(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'hotpath-bench-'))
  const path = join(folder, 'cache.db')
  const tier = sqlite({ path })
  // So that there is a table to prepare a statement for.
  await tier.migrate()
  const db = new DatabaseSync(path)
  const statement = db.prepare('SELECT frame FROM hotpath_entries WHERE name = ? AND key = ?')
  return {
    tier,
    plain: {
      name: 'node:sqlite, a prepared statement each, not decoded',
      read: async (key) => statement.get('bench', key),
      close: () => {},
    },
    close() {
      db.close()
      rmSync(folder, { recursive: true })
    },
  }
}
