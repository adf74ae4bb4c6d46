/**
 * Memory before Redis, with more keys than memory holds: the mix of hits in memory and reads from Redis that a service
 * lives on. Every key is in Redis; a loader that is called is a mistake.
 */
import KeyvRedis from '@keyv/redis'
import { createCache, memory } from '@hotpath/core'
import { redis } from '@hotpath/redis'
import { createCache as createDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisDriver } from 'bentocache/drivers/redis'
import { Cacheable, Keyv, KeyvCacheableMemory } from 'cacheable'
import { Redis } from 'ioredis'
import { Loader, RedisCache } from 'layered-loader'
import { startRedis } from '../../../scripts/redis-server.ts'
import { keyOf, zipfKeys } from './harness.ts'
import { type Reader, goal, interleave, printRates, readAll } from './rounds.ts'

const KEYS = 100_000
const IN_MEMORY = 10_000
const READERS = 64
/** In each round. */
const READS = 100_000
const HOUR_MS = 3_600_000
/** Keys that are stored at a time before it begins. */
const CHUNK = 1_000

interface Contestant extends Reader {
  /** Stores every key. */
  fill(keys: readonly string[]): Promise<unknown>
}

const valueOf = (key: string): object => {
  const id = Number(key.slice(5))
  return { id, name: `product ${id}`, price: id / 7, tags: ['a', 'b', 'c'], text: 'x'.repeat(120) }
}

const noLoad = (): never => {
  throw new Error('A key was not in Redis.')
}

/** Runs the benchmark and prints its table. */
export async function twoTiers(quick: boolean): Promise<void> {
  const server = await startRedis()
  const contestants = enter(server.url)
  try {
    for (const { fill } of contestants) {
      for (let from = 0; from < KEYS; from += CHUNK) {
        await fill(Array.from({ length: CHUNK }, (_, index) => keyOf(from + index)))
      }
    }
    // Other keys in each round, as the same ones again would all be in memory; the same for all contestants.
    const keys = Array.from({ length: 1 + (quick ? 3 : 9) }, (_, n) => zipfKeys(KEYS, READS, n + 1))
    const rounds = await interleave(contestants, keys.length - 1, (one, n) => readAll(one, keys[n] ?? [], READERS))
    console.log(`\n${READERS} readers, ${KEYS} keys by Zipf's law, ${IN_MEMORY} entries in memory\n`)
    const rates = printRates(rounds)
    const ours = rates.get('hotpath') ?? 0
    const peers = [...rates].filter(([name]) => name !== 'hotpath').map(([, rate]) => rate)
    console.log('')
    goal('× the best peer', ours / Math.max(...peers), { atLeast: 1.2 })
    goal('× bentocache', ours / (rates.get('bentocache') ?? 0), { atLeast: 3 })
  } finally {
    for (const { close } of contestants) await close()
    server.stop()
  }
}

function enter(url: string): Contestant[] {
  return [hotpath(url), bentocache(url), layeredLoader(url), cacheable(url), dedupe(url)]
}

function hotpath(url: string): Contestant {
  const client = new Redis(url)
  const tiers = [memory({ maxEntries: IN_MEMORY }), redis({ client })]
  const cache = createCache({ name: 'bench', tiers, ttl: HOUR_MS })
  return {
    name: 'hotpath',
    async fill(keys) {
      while (cache.position() === undefined) await new Promise((resolve) => void setTimeout(resolve, 10))
      await cache.warm(
        keys.map((key) => ({ key, value: valueOf(key) })),
        { concurrency: 100 },
      )
    },
    read: (key) => cache.getOrSet(key, noLoad),
    close: () => cache.close().then(() => client.disconnect()),
  }
}

/** Its memory holds texts: with `serialize: false` 1.6.1 fails to read what it promoted from Redis. */
function bentocache(url: string): Contestant {
  const store = bentostore()
    .useL1Layer(memoryDriver({ maxItems: IN_MEMORY }))
    .useL2Layer(redisDriver({ connection: new Redis(url) }))
  const bento = new BentoCache({ default: 'both', stores: { both: store } })
  return {
    name: 'bentocache',
    fill: (keys) => Promise.all(keys.map((key) => bento.set({ key, value: valueOf(key), ttl: HOUR_MS }))),
    read: (key) => bento.getOrSet({ key, ttl: HOUR_MS, factory: noLoad }),
    close: () => bento.disconnectAll(),
  }
}

function layeredLoader(url: string): Contestant {
  const client = new Redis(url)
  const settings = { ttlInMsecs: HOUR_MS, json: true, prefix: 'layered' }
  const source = new RedisCache<object>(client, settings)
  const loader = new Loader<object>({
    inMemoryCache: { cacheType: 'lru-object', ttlInMsecs: HOUR_MS, maxItems: IN_MEMORY },
    asyncCache: new RedisCache<object>(client, settings),
    dataSourceGetOneFn: noLoad,
  })
  return {
    name: 'layered-loader',
    fill: (keys) => Promise.all(keys.map((key) => source.set(key, valueOf(key)))),
    read: (key) => loader.get(key),
    close: () => client.disconnect(),
  }
}

function cacheable(url: string): Contestant {
  const primary = new Keyv({ store: new KeyvCacheableMemory({ lruSize: IN_MEMORY, useClone: false }) })
  const secondary = new Keyv({ store: new KeyvRedis(url, { namespace: 'cacheable' }) })
  const cache = new Cacheable({ primary, secondary, ttl: HOUR_MS })
  return {
    name: 'cacheable',
    fill: (keys) => cache.setMany(keys.map((key) => ({ key, value: valueOf(key) }))),
    read: (key) => cache.getOrSet(key, async () => noLoad()),
    close: () => cache.disconnect(),
  }
}

/** It has one storage a cache, so one in memory stands before one in Redis. */
function dedupe(url: string): Contestant {
  const client = new Redis(url)
  let load: (key: string) => object = valueOf
  const below = createDedupe({ ttl: 3_600, storage: { type: 'redis', options: { client } } }).define(
    'below',
    async (key: string) => load(key),
  )
  const above = createDedupe({ ttl: 3_600, storage: { type: 'memory', options: { size: IN_MEMORY } } }).define(
    'above',
    (key: string) => below.below(key),
  )
  return {
    name: 'async-cache-dedupe',
    async fill(keys) {
      load = valueOf
      await Promise.all(keys.map((key) => below.below(key)))
      load = noLoad
    },
    read: (key) => above.above(key),
    close: () => client.disconnect(),
  }
}
