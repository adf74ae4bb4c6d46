/** A log that was put back to an earlier state on a server that lives on, as when a dump of an hour ago is restored. */
import { type Cache, createCache, memory } from '@hotpath/core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { redis } from '../../src/index.ts'
import { type RedisServer, startRedis } from './server.ts'
import { until } from './until.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

const caches = new Set<Cache>()
afterEach(async () => {
  for (const cache of caches) await cache.close()
  caches.clear()
})

/** A process of its own, and the faults that it reports. */
async function open(name: string) {
  const cache = createCache({
    name,
    tiers: [memory({ maxEntries: 100 }), redis({ client: server.connect() })],
    ttl: '1h',
  })
  caches.add(cache)
  const faults: string[] = []
  cache.on('fault', ({ error }) => faults.push(error.code))
  await cache.ready()
  return { cache, faults }
}

/** Keeps what is stored under some keys, and returns what puts it back. */
async function dump(keys: readonly string[]): Promise<() => Promise<void>> {
  const admin = server.admin()
  const dumps = await Promise.all(keys.map(async (key) => [key, await admin.dumpBuffer(key)] as const))
  return async () => {
    for (const [key, bytes] of dumps) await admin.restore(key, 0, bytes, 'REPLACE')
  }
}

const RESTORED = {
  'the state of the log and an entry': (name: string) => [`{hotpath:${name}}:log`, `hotpath:${name}:k`],
  'the state, the stream and an entry': (name: string) => [
    `{hotpath:${name}}:log`,
    `{hotpath:${name}}:stream`,
    `hotpath:${name}:k`,
  ],
}
for (const [index, [what, keysOf]] of Object.entries(RESTORED).entries()) {
  test(`P5: ${what}: what was invalidated since is not served, and all hear of each other again`, async () => {
    const name = `rewound${index}`
    const [one, other] = [await open(name), await open(name)]
    await one.cache.set('k', 'old')
    expect(await other.cache.get('k')).toBe('old')
    const putBack = await dump(keysOf(name))
    await one.cache.delete('k')
    for (let noise = 0; noise < 10; noise++) await one.cache.delete(['noise', noise])
    await until('both have heard', async () => (await other.cache.get('k')) === undefined)
    await putBack()
    await until('it is noticed', () => [...one.faults, ...other.faults].includes('ERR_LOG_REWOUND'))
    const late = await open(name)
    await until('nobody has it', async () => (await late.cache.get('k')) === undefined)
    expect([await one.cache.get('k'), await other.cache.get('k'), await late.cache.get('k')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    await until('what is set is kept', async () => {
      await one.cache.set('n', 1)
      return (await other.cache.get('n')) === 1 && (await late.cache.get('n')) === 1
    })
    await other.cache.delete('n')
    await until('they have heard', () => one.cache.peek('n') === undefined && late.cache.peek('n') === undefined)
  }, 20_000)
}
