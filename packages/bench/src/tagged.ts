/** Caches with tags, in Redis alone. */
import KeyvRedis from '@keyv/redis'
import { createCache } from '@hotpath/core'
import { redis } from '@hotpath/redis'
import { createCache as createDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { redisDriver } from 'bentocache/drivers/redis'
import { Cacheable, Keyv } from 'cacheable'
import { Redis } from 'ioredis'

const HOUR_MS = 3_600_000

/** What to store. */
export interface Item {
  readonly key: string
  readonly value: object
}

/** A cache with tags. */
export interface Tagged {
  readonly name: string
  /** Stores items under one tag. */
  fill(items: readonly Item[], tag: string): Promise<unknown>
  invalidate(tag: string): Promise<unknown>
  /** Reads a value; where a cache has no such thing, it is left out. */
  readonly get?: (key: string) => Promise<unknown>
  close(): unknown
}

/** All of them, ours first. */
export async function openTagged(url: string): Promise<Tagged[]> {
  return [await hotpath(url), bentocache(url), cacheable(url), dedupe(url)]
}

async function hotpath(url: string): Promise<Tagged> {
  const client = new Redis(url)
  const cache = createCache({ name: 'tagged', tiers: [redis({ client })], ttl: HOUR_MS })
  while (cache.position() === undefined) await new Promise((resolve) => void setTimeout(resolve, 10))
  return {
    name: 'hotpath',
    fill: (items, tag) => cache.warm(items, { tags: [tag], concurrency: 100 }),
    invalidate: (tag) => cache.invalidateTags([tag]),
    get: (key) => cache.get(key),
    close: () => cache.close().then(() => client.disconnect()),
  }
}

function bentocache(url: string): Tagged {
  const store = bentostore().useL2Layer(redisDriver({ connection: new Redis(url), prefix: 'tagged' }))
  const bento = new BentoCache({ default: 'l2', stores: { l2: store } })
  return {
    name: 'bentocache',
    fill: (items, tag) =>
      Promise.all(items.map(({ key, value }) => bento.set({ key, value, tags: [tag], ttl: HOUR_MS }))),
    invalidate: (tag) => bento.deleteByTag({ tags: [tag] }),
    get: (key) => bento.get({ key }),
    close: () => bento.disconnectAll(),
  }
}

/** Cacheable cannot do without a memory, so it gets one that forgets. */
class Nothing extends Map<string, unknown> {
  override set(): this {
    return this
  }
}

function cacheable(url: string): Tagged {
  const secondary = new Keyv({ store: new KeyvRedis(url, { namespace: 'tagged' }) })
  const cache = new Cacheable({ primary: new Keyv({ store: new Nothing() }), secondary, tags: true, ttl: HOUR_MS })
  return {
    name: 'cacheable',
    fill: (items, tag) => cache.setMany(items.map(({ key, value }) => ({ key, value, tags: [tag] }))),
    invalidate: (tag) => cache.tags.invalidateTag(tag),
    get: (key) => cache.get(key),
    close: () => cache.disconnect(),
  }
}

function dedupe(url: string): Tagged {
  const client = new Redis(url)
  const values = new Map<string, object>()
  let tagOfAll = ''
  const cache = createDedupe({
    ttl: 3_600,
    storage: { type: 'redis', options: { client, invalidation: { referencesTTL: 3_600 } } },
  }).define('tagged', { references: () => [tagOfAll] }, async (key: string) => values.get(key))
  return {
    name: 'async-cache-dedupe',
    async fill(items, tag) {
      tagOfAll = tag
      for (const { key, value } of items) values.set(key, value)
      await Promise.all(items.map(({ key }) => cache.tagged(key)))
      values.clear()
    },
    invalidate: (tag) => cache.invalidate('tagged', [tag]),
    close: () => client.disconnect(),
  }
}
