/**
 * Reads from Redis at several concurrencies: each reader waits for one value before it asks for the next. Memory tiers
 * are left out, so that every read is a round trip and a decoding.
 */
import { performance } from 'node:perf_hooks'
import { createCache } from '@hotpath/core'
import { redis } from '@hotpath/redis'
import { BentoCache, bentostore } from 'bentocache'
import { redisDriver } from 'bentocache/drivers/redis'
import { Redis } from 'ioredis'
import { Loader, RedisCache } from 'layered-loader'
import { startRedis } from '../../../scripts/redis-server.ts'
import { keyOf, zipfKeys } from './harness.ts'

const KEYS = 5_000
const HOUR_MS = 3_600_000

interface Contestant {
  readonly name: string
  read(key: string): Promise<unknown>
  close(): unknown
}

interface Round {
  readonly perSecond: number
  readonly p99Ms: number
}

const valueOf = (id: number): object => ({
  id,
  name: `product ${id}`,
  price: id / 7,
  tags: ['a', 'b', 'c'],
  text: 'x'.repeat(120),
})

/** Runs the benchmark and prints a table for each concurrency. */
export async function redisReads(quick: boolean): Promise<void> {
  const server = await startRedis()
  const contestants = await enter(server.url)
  try {
    for (const readers of [1, 64, 512]) {
      const keys = zipfKeys(KEYS, readers === 1 ? 2_000 : quick ? 10_000 : 40_000)
      const rounds = new Map<string, Round[]>(contestants.map(({ name }) => [name, []]))
      for (const one of contestants) await run(one, keys, readers)
      for (let round = 0; round < (quick ? 3 : 7); round++) {
        for (const one of contestants) rounds.get(one.name)?.push(await run(one, keys, readers))
      }
      print(readers, rounds)
    }
  } finally {
    for (const { close } of contestants) await close()
    server.stop()
  }
}

async function enter(url: string): Promise<Contestant[]> {
  const raw = new Redis(url)
  const pipelined = new Redis(url, { enableAutoPipelining: true })
  const client = new Redis(url)
  const cache = createCache({ name: 'bench', tiers: [redis({ client })], ttl: HOUR_MS })
  const bento = new BentoCache({
    default: 'l2',
    stores: { l2: bentostore().useL2Layer(redisDriver({ connection: new Redis(url) })) },
  })
  const layeredClient = new Redis(url)
  const layered = new Loader<object>({
    asyncCache: new RedisCache<object>(layeredClient, { ttlInMsecs: HOUR_MS, json: true, prefix: 'layered' }),
    dataSources: [],
  })
  const source = new RedisCache<object>(layeredClient, { ttlInMsecs: HOUR_MS, json: true, prefix: 'layered' })
  while (cache.now() === undefined) await new Promise((resolve) => void setTimeout(resolve, 10))
  // Stored as of now, without a claim to be newer than what others have: nothing is outdated by filling the cache.
  await cache.warm(Array.from({ length: KEYS }, (_, id) => ({ key: keyOf(id), value: valueOf(id) })))
  for (let id = 0; id < KEYS; id++) {
    const [key, value] = [keyOf(id), valueOf(id)]
    await Promise.all([
      raw.set(`raw:${key}`, JSON.stringify(value)),
      bento.set({ key, value, ttl: HOUR_MS }),
      source.set(key, value),
    ])
  }
  return [
    { name: 'ioredis GET, not decoded', read: (key) => raw.get(`raw:${key}`), close: () => raw.disconnect() },
    {
      name: 'ioredis GET auto-pipelined, not decoded',
      read: (key) => pipelined.get(`raw:${key}`),
      close: () => pipelined.disconnect(),
    },
    { name: 'hotpath', read: (key) => cache.get(key), close: () => cache.close().then(() => client.disconnect()) },
    { name: 'bentocache', read: (key) => bento.get({ key }), close: () => bento.disconnectAll() },
    { name: 'layered-loader', read: (key) => layered.get(key), close: () => layeredClient.disconnect() },
  ]
}

async function run({ name, read }: Contestant, keys: readonly string[], readers: number): Promise<Round> {
  const times: number[] = []
  let next = 0
  const reader = async (): Promise<void> => {
    while (next < keys.length) {
      const key = keys[next++] as string
      const startedAt = performance.now()
      const value = await read(key)
      times.push(performance.now() - startedAt)
      if (value === undefined || value === null) throw new Error(`\`${name}\` did not have \`${key}\`.`)
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: readers }, reader))
  const perSecond = (keys.length / (performance.now() - startedAt)) * 1_000
  times.sort((a, b) => a - b)
  return { perSecond, p99Ms: times[Math.floor(times.length * 0.99)] ?? 0 }
}

function print(readers: number, rounds: ReadonlyMap<string, readonly Round[]>): void {
  const rate = new Map([...rounds].map(([name, all]) => [name, median(all.map(({ perSecond }) => perSecond))]))
  const ours = rate.get('hotpath') ?? 0
  console.log(`\n${readers} ${readers === 1 ? 'reader' : 'readers'} at once\n`)
  console.log('| | reads/s | p99 ms | hotpath is |\n| --- | --: | --: | --: |')
  for (const [name, all] of rounds) {
    const p99 = median(all.map(({ p99Ms }) => p99Ms))
    const ratio = name === 'hotpath' ? '' : `${(ours / (rate.get(name) ?? 1)).toFixed(2)} ×`
    console.log(`| ${name} | ${Math.round(rate.get(name) ?? 0).toLocaleString('en')} | ${p99.toFixed(2)} | ${ratio} |`)
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
