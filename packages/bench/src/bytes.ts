/** What one entry weighs in Redis. */
import { compressed, msgpack } from '@hotpath/codec'
import { createCache } from '@hotpath/core'
import { redis } from '@hotpath/redis'
import { BentoCache, bentostore } from 'bentocache'
import { redisDriver } from 'bentocache/drivers/redis'
import { Redis } from 'ioredis'
import { goal } from './rounds.ts'

const HOUR_MS = 3_600_000
const KEY = 'product:42'

/** 217 bytes as JSON. */
const VALUE = {
  id: 42,
  name: 'product 42',
  price: 19.99,
  currency: 'EUR',
  tags: ['lamp', 'desk', 'metal'],
  seller: { id: 7, name: 'Lights & More', city: 'Ulm' },
  createdAt: '2025-01-01T00:00:00.000Z',
  active: true,
  text: 'x'.repeat(9),
}

/** Measures and prints. */
export async function bytes(url: string): Promise<void> {
  const json = JSON.stringify(VALUE).length
  console.log(`\nBytes of one entry, an object of ${json} bytes as JSON, under the key \`${KEY}\`\n`)
  const admin = new Redis(url)
  await admin.flushall()
  const client = new Redis(url)
  const cache = createCache({ name: 'shop', tiers: [redis({ client })], ttl: HOUR_MS })
  while (cache.position() === undefined) await new Promise((resolve) => void setTimeout(resolve, 10))
  const store = bentostore().useL2Layer(redisDriver({ connection: new Redis(url) }))
  const bento = new BentoCache({ default: 'shop', stores: { shop: store } })
  await cache.set(KEY, VALUE, { asOf: cache.position() })
  await bento.set({ key: KEY, value: VALUE, ttl: HOUR_MS })

  const usage = new Map<string, number>()
  console.log('| | key in Redis | value | MEMORY USAGE |\n| --- | --- | --: | --: |')
  for (const key of (await admin.keys('*')).filter((one) => one.endsWith(KEY)).sort()) {
    const name = key.startsWith('hotpath') ? 'hotpath' : 'bentocache'
    usage.set(name, Number(await admin.memory('USAGE', key)))
    console.log(`| ${name} | \`${key}\` | ${await admin.strlen(key)} | ${usage.get(name)} |`)
  }
  const frame = await admin.strlen(`hotpath:shop:${KEY}`)
  const payload = (await compressed(msgpack()).encode(VALUE, { key: `shop:${KEY}` })).length
  console.log('')
  goal("MEMORY USAGE, × bentocache's", (usage.get('hotpath') ?? 0) / (usage.get('bentocache') ?? 0), { atMost: 0.7 })
  goal('bytes of an envelope without tags', frame - payload, { atMost: 24 })
  await cache.close()
  await bento.disconnectAll()
  for (const one of [client, admin]) one.disconnect()
}
