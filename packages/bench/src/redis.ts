/**
 * Reads from Redis at several concurrencies: each reader waits for one value before it asks for the next. Memory tiers
 * are left out, so that every read is a round trip and a decoding.
 */
import { createCache } from '@hotpath/core'
import { redis } from '@hotpath/redis'
import { BentoCache, bentostore } from 'bentocache'
import { redisDriver } from 'bentocache/drivers/redis'
import { Redis } from 'ioredis'
import { Loader, RedisCache } from 'layered-loader'
import { startRedis } from '../../../scripts/redis-server.ts'
import { keyOf } from './harness.ts'
import { compareReads, valueOf } from './reads.ts'
import { type Reader, type Round, goal, median } from './rounds.ts'

const KEYS = 5_000
const HOUR_MS = 3_600_000
const RAW = 'ioredis GET, not decoded'
const PIPELINED = 'ioredis GET auto-pipelined, not decoded'

/** Runs the benchmark and prints a table for each concurrency. */
export async function redisReads(quick: boolean): Promise<void> {
  const server = await startRedis()
  const contestants = await enter(server.url)
  try {
    await compareReads({ contestants, keys: KEYS, quick, judge })
  } finally {
    for (const { close } of contestants) await close()
    server.stop()
  }
}

async function enter(url: string): Promise<Reader[]> {
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
  while (cache.position() === undefined) await new Promise((resolve) => void setTimeout(resolve, 10))
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
    { name: RAW, read: (key) => raw.get(`raw:${key}`), close: () => raw.disconnect() },
    {
      name: PIPELINED,
      read: (key) => pipelined.get(`raw:${key}`),
      close: () => pipelined.disconnect(),
    },
    { name: 'hotpath', read: (key) => cache.get(key), close: () => cache.close().then(() => client.disconnect()) },
    { name: 'bentocache', read: (key) => bento.get({ key }), close: () => bento.disconnectAll() },
    { name: 'layered-loader', read: (key) => layered.get(key), close: () => layeredClient.disconnect() },
  ]
}

/** Prints what of the goals is met. Peers are whoever decodes. */
function judge(readers: number, rounds: ReadonlyMap<string, readonly Round[]>): void {
  const of = (name: string, what: 'perSecond' | 'p99Ms'): number =>
    median((rounds.get(name) ?? []).map((one) => one[what]))
  const ours = of('hotpath', 'perSecond')
  const peers = ['bentocache', 'layered-loader']
  const best = Math.max(...peers.map((name) => of(name, 'perSecond')))
  const fastest = peers.find((name) => of(name, 'perSecond') === best) ?? ''
  console.log('')
  if (readers === 1) goal('1 reader, latency, × that of a raw GET', of(RAW, 'perSecond') / ours, { atMost: 1.1 })
  else goal(`${readers} readers, × the best peer`, ours / best, { atLeast: readers === 64 ? 1.4 : 2 })
  if (readers < 512) return
  goal('× auto-pipelined GET', ours / of(PIPELINED, 'perSecond'), { atLeast: 1.5 })
  goal("p99, × the best peer's", of('hotpath', 'p99Ms') / of(fastest, 'p99Ms'), { atMost: 0.4 })
}
