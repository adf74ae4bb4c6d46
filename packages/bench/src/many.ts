/** Stores and reads many at once, in Redis alone. */
import { performance } from 'node:perf_hooks'
import KeyvRedis from '@keyv/redis'
import { createCache } from '@hotpath/core'
import { redis } from '@hotpath/redis'
import { BentoCache, bentostore } from 'bentocache'
import { redisDriver } from 'bentocache/drivers/redis'
import { Keyv } from 'cacheable'
import { Redis } from 'ioredis'
import { RedisCache } from 'layered-loader'
import { interleave, median } from './rounds.ts'
import type { Item } from './tagged.ts'

const COUNT = 10_000
const HOUR_MS = 3_600_000

interface Many {
  readonly name: string
  set(items: readonly Item[]): Promise<unknown>
  get(keys: readonly string[]): Promise<readonly unknown[]>
  close(): unknown
}

/** Measures and prints. */
export async function many(url: string, rounds: number): Promise<void> {
  console.log(`\nMilliseconds to store and read ${COUNT.toLocaleString('en')} entries at once\n`)
  const items = Array.from({ length: COUNT }, (_, id): Item => {
    return { key: `many:${id}`, value: { id, name: `product ${id}`, price: id / 7, text: 'x'.repeat(120) } }
  })
  const keys = items.map(({ key }) => key)
  const contestants = [...(await hotpath(url)), bentocache(url), cacheable(url), layeredLoader(url)]
  const all = await interleave(contestants, rounds, async (one) => {
    const startedAt = performance.now()
    await one.set(items)
    const storedAt = performance.now()
    const values = await one.get(keys)
    const setMs = storedAt - startedAt
    const getMs = performance.now() - storedAt
    const missing = values.filter((value) => value === undefined || value === null).length
    if (missing > 0) throw new Error(`\`${one.name}\` did not have ${missing} of ${COUNT} keys.`)
    return { setMs, getMs }
  })
  console.log('| | setMany | getMany |\n| --- | --: | --: |')
  for (const [name, times] of all) {
    const [set, get] = [median(times.map(({ setMs }) => setMs)), median(times.map(({ getMs }) => getMs))]
    console.log(`| ${name} | ${set.toFixed(0)} | ${get.toFixed(0)} |`)
  }
  for (const { close } of contestants) await close()
}

async function hotpath(url: string): Promise<Many[]> {
  const client = new Redis(url)
  const open = async (name: string) => {
    const cache = createCache({ name, tiers: [redis({ client })], ttl: HOUR_MS })
    while (cache.position() === undefined) await new Promise((resolve) => void setTimeout(resolve, 10))
    return cache
  }
  const [claiming, judged] = [await open('many'), await open('many-as-of')]
  return [
    {
      name: 'hotpath',
      set: (items) => claiming.setMany(items),
      get: (keys) => claiming.getMany(keys),
      close: () => claiming.close(),
    },
    {
      // Nothing is outdated by it, so nothing is appended to the log.
      name: 'hotpath, with `asOf`',
      set: (items) => judged.setMany(items, { asOf: judged.position() }),
      get: (keys) => judged.getMany(keys),
      close: () => judged.close().then(() => client.disconnect()),
    },
  ]
}

/** It has neither, so each goes by itself. */
function bentocache(url: string): Many {
  const store = bentostore().useL2Layer(redisDriver({ connection: new Redis(url), prefix: 'many' }))
  const bento = new BentoCache({ default: 'l2', stores: { l2: store } })
  return {
    name: 'bentocache, one by one',
    set: (items) => Promise.all(items.map(({ key, value }) => bento.set({ key, value, ttl: HOUR_MS }))),
    get: (keys) => Promise.all(keys.map((key) => bento.get({ key }))),
    close: () => bento.disconnectAll(),
  }
}

/** Its lower store alone, as it would fill its memory too. */
function cacheable(url: string): Many {
  const store = new Keyv({ store: new KeyvRedis(url, { namespace: 'many' }), ttl: HOUR_MS })
  return {
    name: 'keyv, of cacheable',
    set: (items) => store.setMany(items.map(({ key, value }) => ({ key, value }))),
    get: (keys) => store.getMany([...keys]),
    close: () => store.disconnect(),
  }
}

function layeredLoader(url: string): Many {
  const client = new Redis(url)
  const cache = new RedisCache<object>(client, { ttlInMsecs: HOUR_MS, json: true, prefix: 'many' })
  return {
    name: 'layered-loader',
    set: (items) => cache.setMany(items),
    get: async (keys) => (await cache.getMany([...keys])).resolvedValues,
    close: () => client.disconnect(),
  }
}
