/** What the advice costs a query when it is on: the same hit of memory with `withReport` and without, A and B interleaved. */
import { performance } from 'node:perf_hooks'
import { createCache, memory } from '@hotpath/core'
import { type DatabaseDriver, createQueryOptimizer } from '@hotpath/db'
import { withReport } from '@hotpath/db/report'

const QUERIES = 1_000
/** Fewer of a kind than those of which the place is looked at. */
const QUERIES_PER_REQUEST = 3
const WARM_UP_ROUNDS = 100

/** Prints the medians of rounds of queries, of the table `accounts`. */
export async function adviceCost(driver: DatabaseDriver, quick: boolean): Promise<void> {
  const cache = createCache({ name: 'advice', tiers: [memory({ maxEntries: 10_000 })] })
  const plain = createQueryOptimizer({ cache, driver, schemaCheck: '1h', leakAfter: false })
  const advised = withReport(plain)
  const sql = 'select id, name, branch from accounts where id = $1'
  const read = async (db: Pick<typeof plain, 'query'>, count: number): Promise<void> => {
    for (let one = 0; one < count; one++) await db.query(sql, [1 + (one % 100)])
  }
  const ways = {
    without: () => read(plain, QUERIES),
    with: () => read(advised, QUERIES),
    'with, in requests': async () => {
      for (let done = 0; done < QUERIES; done += QUERIES_PER_REQUEST)
        await advised.request(() => read(advised, QUERIES_PER_REQUEST))
    },
  }
  const times = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]))
  for (let round = 0; round < WARM_UP_ROUNDS + (quick ? 50 : 150); round++) {
    for (const [name, run] of Object.entries(ways)) {
      const startedAt = performance.now()
      await run()
      if (round >= WARM_UP_ROUNDS) times.get(name)?.push(((performance.now() - startedAt) / QUERIES) * 1_000)
    }
  }
  console.log('A hit by key from memory, with and without advice, median (best) in µs')
  for (const [name, list] of times) {
    const sorted = list.toSorted((one, other) => one - other)
    console.log(`  ${name.padEnd(40)} ${sorted[sorted.length >> 1]?.toFixed(2)} (${sorted[0]?.toFixed(2)})`)
  }
  await plain.close()
  await cache.close()
}
