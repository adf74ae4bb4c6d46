/** What reads through Redis cost, with and without memory before it, before and now. */
import { Redis } from 'ioredis'
import { startRedis } from '../../../../scripts/redis-server.ts'
import { keyOf, zipfKeys } from '../harness.ts'
import { valueOf } from '../reads.ts'
import { readAll } from '../rounds.ts'
import { type Pair, printPairs } from './print.ts'
import type { Version } from './version.ts'

const KEYS = 5_000
const HOUR_MS = 3_600_000

interface Side {
  read(key: string): Promise<unknown>
  both(key: string): Promise<unknown>
  close(): Promise<void>
}

async function open({ core, redis }: Version, url: string): Promise<Side> {
  const client = new Redis(url)
  // A busy machine must not turn reads into misses.
  const options = { ttl: HOUR_MS, tierTimeout: '1m' } as const
  const below = core.createCache({ name: 'below', tiers: [redis.redis({ client })], ...options })
  const tiers = [core.memory({ maxEntries: KEYS / 10 }), redis.redis({ client })]
  const both = core.createCache({ name: 'both', tiers, ...options })
  const all = Array.from({ length: KEYS }, (_, id) => ({ key: keyOf(id), value: valueOf(id) }))
  for (const cache of [below, both]) {
    // The view of the log takes a moment; asked by what every version has.
    while ((await cache.get('ready')) === undefined) await cache.set('ready', true)
    await cache.warm(all, { concurrency: 100 })
  }
  return {
    read: (key) => below.get(key),
    both: (key) =>
      both.getOrSet(key, () => {
        throw new Error('A key was not in Redis.')
      }),
    async close() {
      await Promise.all([below.close(), both.close()])
      client.disconnect()
    },
  }
}

/** Runs both versions on a server each, one right after the other in each round. */
export async function throughRedisAgainst(before: Version, now: Version, rounds: number): Promise<void> {
  const servers = [await startRedis(), await startRedis()] as const
  const sides = [
    ['before', await open(before, servers[0].url)],
    ['now', await open(now, servers[1].url)],
  ] as const
  const [pairs, processor]: [Pair[], Pair[]] = [[], []]
  try {
    for (const readers of [1, 64, 512]) {
      for (const [what, operation] of [
        ['Redis alone', 'read'],
        ['two tiers', 'both'],
      ] as const) {
        const times = { before: [] as number[], now: [] as number[] }
        const cpu = { before: [] as number[], now: [] as number[] }
        for (let round = -2; round < rounds; round++) {
          const keys = zipfKeys(KEYS, readers === 1 ? 4_000 : 30_000, round + 10)
          for (const [side, one] of round % 2 === 0 ? sides : sides.toReversed()) {
            const reader = { name: side, read: one[operation], close: () => {} }
            const { perSecond, cpuUs } = await readAll(reader, keys, readers)
            if (round < 0) continue
            times[side].push(1e6 / perSecond)
            cpu[side].push(cpuUs)
          }
        }
        const name = `${what}, ${readers} ${readers === 1 ? 'reader' : 'readers'}`
        pairs.push({ name, ...times })
        processor.push({ name, ...cpu })
      }
    }
  } finally {
    for (const [, side] of sides) await side.close()
    for (const server of servers) server.stop()
  }
  printPairs('µs a read', pairs)
  console.log('\nIn processor time, in which what others do on the machine shows least:\n')
  printPairs('µs', processor)
}
