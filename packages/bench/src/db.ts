/**
 * The query optimizer: what a hit costs and how much of it is making rows, what a miss adds to the bare driver, and a load
 * like pgbench's on PostgreSQL, with and without it. A and B interleaved, medians.
 */
import { performance } from 'node:perf_hooks'
import { type Cache, createCache, memory } from '@hotpath/core'
import { type DatabaseDriver, type QueryOptimizer, createQueryOptimizer } from '@hotpath/db'
import { pg } from '@hotpath/db/pg'
import { Pool, types as builtinTypes } from 'pg'
import { startPostgres } from '../../../scripts/postgres-server.ts'
import { adviceCost } from './db-advice.ts'
import { missCost } from './db-miss.ts'
import { roundTrips } from './db-round-trips.ts'

const HITS = 1_000
/** Until V8 has compiled all of it: a hit takes five times as long before. */
const WARM_UP_ROUNDS = 150
const HIT_ROUNDS = 90

/** Runs it. */
export async function db(quick: boolean): Promise<void> {
  const rows = quick ? 50_000 : 1_000_000
  const server = await startPostgres()
  const to = { host: '127.0.0.1', port: server.port, user: 'admin', database: 'postgres', max: 8 }
  // One for each: connections that others use as well are looked at again.
  const [pool, own] = [new Pool(to), new Pool(to)]
  try {
    await pool.query(`create table accounts as select n::int as id, 'name ' || n as name, n::int as branch, 0 as balance,
      'some text' as filler, now() as at, '{"a": 1}'::jsonb as doc from generate_series(1, ${rows}) n`)
    await pool.query('alter table accounts add primary key (id)')
    await pool.query('analyze accounts')
    await hits(own)
    await misses(pool, own, quick)
    await missCost(pg(own), quick)
    await roundTrips(to)
    await adviceCost(pg(own), quick)
    console.log("95 % reads by key, by Zipf's law, 16 callers")
    await load({ pool, own }, rows, quick ? 3_000 : 30_000)
  } finally {
    await Promise.all([pool.end(), own.end()])
    await server.stop()
  }
}

function open(driver: DatabaseDriver): { readonly db: QueryOptimizer; readonly cache: Cache; close(): Promise<void> } {
  const cache = createCache({ name: 'bench', tiers: [memory({ maxEntries: 100_000 })] })
  const one = createQueryOptimizer({ cache, driver, schemaCheck: '1h', leakAfter: false })
  return {
    db: one,
    cache,
    async close() {
      await one.close()
      await cache.close()
    },
  }
}

/**
 * From memory, with fresh rows; beside it the same entry with no row, which is all but the making of rows, a hit of the
 * cache alone, and the driver's parsers alone. Rounds are short, so that the best one is of a processor to itself.
 */
async function hits(pool: Pool): Promise<void> {
  const { db: one, cache, close } = open(pg(pool))
  await cache.set('alone', [])
  const columns = {
    'int and text': 'id, name, branch, balance, filler',
    'timestamp and json': 'id, name, branch, at, doc',
  }
  console.log('A hit from memory, 10 rows × 5 columns, median (best) in µs')
  for (const [name, list] of Object.entries(columns)) {
    const full = `select ${list} from accounts where id between 1 and 10`
    const byKey = `select ${list} from accounts where id = $1`
    const empty = `select ${list} from accounts where id between -10 and -1`
    const ways = {
      full: (): Promise<unknown> => one.query(full),
      empty: (): Promise<unknown> => one.query(empty),
      'one row by key, of 100': (count: number): Promise<unknown> => one.query(byKey, [(count % 100) + 1]),
      cache: (): Promise<unknown> => cache.get('alone'),
    }
    const times = new Map<string, number[]>([...Object.keys(ways), 'parsers'].map((kind) => [kind, []]))
    const parse = await parsersOf(pool, full)
    for (let round = 0; round < WARM_UP_ROUNDS + HIT_ROUNDS; round++) {
      for (const [kind, read] of Object.entries(ways)) {
        const startedAt = performance.now()
        for (let count = 0; count < HITS; count++) await read(count)
        times.get(kind)?.push(((performance.now() - startedAt) / HITS) * 1_000)
      }
      const startedAt = performance.now()
      for (let count = 0; count < HITS; count++) parse()
      times.get('parsers')?.push(((performance.now() - startedAt) / HITS) * 1_000)
    }
    const of = (kind: string): readonly [median: number, best: number] => {
      const warm = (times.get(kind) ?? []).slice(WARM_UP_ROUNDS)
      return [median(warm), Math.min(...warm)]
    }
    const [all, bare] = [of('full'), of('empty')]
    const print = (what: string, [middle, best]: readonly [number, number]): void =>
      console.log(`  ${what.padEnd(40)} ${middle.toFixed(2)} (${best.toFixed(2)})`)
    print(name, all)
    print('  of which making rows', [all[0] - bare[0], all[1] - bare[1]])
    print("  the driver's parsers alone", of('parsers'))
    print('  all but rows', bare)
    print('  a hit of the cache alone', of('cache'))
    print('  one row by key, of 100', of('one row by key, of 100'))
  }
  await close()
}

/** Parses all values of a result by the parsers of `pg`, and makes nothing of them. */
async function parsersOf(pool: Pool, sql: string): Promise<() => unknown[]> {
  const types = { getTypeParser: () => (value: string) => value } as never
  const { rows, fields } = await pool.query<string[]>({ text: sql, rowMode: 'array', types })
  const own: { getTypeParser(type: number, format: 'text'): (value: string) => unknown } = builtinTypes
  const parsers = fields.map(({ dataTypeID }) => own.getTypeParser(dataTypeID, 'text'))
  const values = new Array<unknown>(fields.length)
  return () => {
    for (const row of rows) for (let at = 0; at < row.length; at++) values[at] = parsers[at]?.(row[at] ?? '')
    return values
  }
}

/** What a query of about a millisecond takes by the bare driver, and through us when nothing is cached. */
async function misses(pool: Pool, own: Pool, quick: boolean): Promise<void> {
  const { db: one, close } = open(pg(own))
  const sql = 'select count(*) as n from accounts where id <= 8000 and branch % $1 = 0'
  const ways = {
    bare: (divisor: number): Promise<unknown> => pool.query({ name: 'bare', text: sql, values: [divisor] }),
    ours: (divisor: number): Promise<unknown> => one.query(sql, [divisor]),
  }
  const times = { bare: [] as number[], ours: [] as number[] }
  // V8 has compiled all of a miss after 20,000; of a statement that takes the database less time.
  const quickSql = 'select name from accounts where id = $1'
  for (let id = 0; id < (quick ? 1_000 : 20_000); id++) {
    await pool.query({ name: 'quick', text: quickSql, values: [id] })
    await one.query(quickSql, [id])
  }
  const warmUp = quick ? 100 : 500
  for (let count = 0; count < warmUp + (quick ? 300 : 1_000); count++) {
    for (const name of count % 2 === 0 ? (['bare', 'ours'] as const) : (['ours', 'bare'] as const)) {
      const startedAt = performance.now()
      await ways[name](count + 2)
      if (count >= warmUp) times[name].push(performance.now() - startedAt)
    }
  }
  const [bare, ours] = [median(times.bare), median(times.ours)]
  console.log(`A miss: bare ${bare.toFixed(3)} ms, ours ${ours.toFixed(3)} ms: ${percent(ours / bare - 1)} more (p50)`)
  await close()
}

/** 95 % reads by key, by Zipf's law, from 16 callers. */
async function load(
  { pool, own }: { readonly pool: Pool; readonly own: Pool },
  rows: number,
  statements: number,
): Promise<void> {
  const { db: one, close } = open(pg(own))
  const read = 'select id, name, branch, balance from accounts where id = $1'
  const write = 'update accounts set balance = balance + 1 where id = $1'
  const ways = {
    bare: (sql: string, id: number): Promise<unknown> => pool.query({ name: sql, text: sql, values: [id] }),
    ours: (sql: string, id: number): Promise<unknown> => one.query(sql, [id]),
  }
  const found = { bare: [] as Run[], ours: [] as Run[] }
  for (let round = 0; round < 3; round++) {
    for (const name of ['bare', 'ours'] as const)
      found[name].push(await play(ways[name], { read, write, rows, statements }))
  }
  for (const [name, runs] of Object.entries(found)) {
    const [perSecond, p95] = [median(runs.map((run) => run.perSecond)), median(runs.map((run) => run.p95))]
    console.log(`  ${name}: ${Math.round(perSecond)} queries/s, p95 ${p95.toFixed(2)} ms`)
  }
  console.log(`  hit rate ${percent(one.stats().hitRate)}, ${rows} rows`)
  await close()
}

interface Run {
  readonly perSecond: number
  readonly p95: number
}

async function play(
  run: (sql: string, id: number) => Promise<unknown>,
  load: { readonly read: string; readonly write: string; readonly rows: number; readonly statements: number },
): Promise<Run> {
  let state = 42
  const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  const times: number[] = []
  let left = load.statements
  const startedAt = performance.now()
  const caller = async (): Promise<void> => {
    while (left-- > 0) {
      // Zipf's law with exponent 1, by its inverse.
      const id = Math.max(1, Math.floor(load.rows ** next()))
      const sql = next() < 0.05 ? load.write : load.read
      const began = performance.now()
      await run(sql, id)
      times.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: 16 }, caller))
  const perSecond = (load.statements / (performance.now() - startedAt)) * 1_000
  times.sort((one, other) => one - other)
  return { perSecond, p95: times[Math.floor(times.length * 0.95)] ?? 0 }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
