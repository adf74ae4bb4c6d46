import { type Cache, type CacheOptions, createCache } from '@hotpath/core'
import { deferredLoader } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { redis } from '../../src/index.ts'
import { useNodes } from './nodes.ts'
import { until } from './until.ts'

const server = useNodes()

const nodes = (count: number, options: Partial<CacheOptions> = {}): Promise<Cache[]> =>
  server().open(count, { backoff: false, ...options })

test('P7: many callers on many nodes share one load, and get its value soon after it has arrived', async () => {
  const caches = await nodes(4)
  const load = deferredLoader<string>()
  const reads = caches.flatMap((cache) => Array.from({ length: 50 }, () => cache.getOrSet('k', load)))
  await until('a load', () => load.calls.length > 0)
  await new Promise((resolve) => void setTimeout(resolve, 100))
  expect(load.calls).toHaveLength(1)
  const startedAt = performance.now()
  load.at(0).resolve('value')
  expect(new Set(await Promise.all(reads))).toEqual(new Set(['value']))
  // By far less than the look every half second: they were told.
  expect(performance.now() - startedAt).toBeLessThan(400)
  expect(load.calls).toHaveLength(1)
})

test('P7: when a load fails the next node takes its turn', async () => {
  const [one, other] = (await nodes(2)) as [Cache, Cache]
  const load = deferredLoader<string>()
  const first = one.getOrSet('k', load).catch((error: Error) => error.message)
  await until('the first load', () => load.calls.length === 1)
  const second = other.getOrSet('k', load)
  load.at(0).reject(new Error('down'))
  expect(await first).toBe('down')
  await until('the second load', () => load.calls.length === 2)
  load.at(1).resolve('value')
  expect(await second).toBe('value')
})

test('P7: a holder that died is followed by another', async () => {
  const [cache] = (await nodes(1)) as [Cache]
  await server().admin().set(`{hotpath:${cache.name}}:lease:k`, 'somebody', 'PX', 700)
  expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
})

test('a long load keeps its lease, and a caller who leaves gives it back', async () => {
  const [one, other] = (await nodes(2)) as [Cache, Cache]
  const load = deferredLoader<string>()
  const controller = new AbortController()
  const left = one.getOrSet('k', load, { signal: controller.signal }).catch((error: Error) => error.message)
  await until('the first load', () => load.calls.length === 1)
  await new Promise((resolve) => void setTimeout(resolve, 2_000))
  expect(await server().admin().pttl(`{hotpath:${one.name}}:lease:k`)).toBeGreaterThan(3_500)
  const second = other.getOrSet('k', load)
  controller.abort(new Error('left'))
  expect(await left).toBe('left')
  await until('the second load', () => load.calls.length === 2)
  load.at(1).resolve('value')
  expect(await second).toBe('value')
})

test('a lease that would outlive its holder by far is a remnant, and is taken over', async () => {
  const [cache] = (await nodes(1)) as [Cache]
  const startedAt = performance.now()
  for (const [key, endsInMs] of [
    ['k', 3_600_000],
    ['ever', undefined],
  ] as const) {
    await server()
      .admin()
      .set(`{hotpath:${cache.name}}:lease:${key}`, 'somebody', ...(endsInMs ? (['PX', endsInMs] as never) : []))
    expect(await cache.getOrSet(key, () => 'loaded')).toBe('loaded')
  }
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})

/** How long a caller waits for what another process loads, beyond the load. */
async function waitAfterLoad(one: Cache, other: Cache, key: string): Promise<number> {
  const load = deferredLoader<string>()
  const first = one.getOrSet(key, load)
  await until('the load', () => load.calls.length === 1)
  const second = other.getOrSet(key, load)
  await new Promise((resolve) => void setTimeout(resolve, 50))
  const startedAt = performance.now()
  load.at(0).resolve('value')
  expect(await second).toBe('value')
  expect(await first).toBe('value')
  return performance.now() - startedAt
}

const interruptions: Readonly<Record<string, (name: string) => Promise<unknown>>> = {
  'everything was flushed': () => server().admin().flushall(),
  'the server was restarted': () => server().restart(),
  'another program wrote to the stream': async (name) =>
    server().admin().xadd(`{hotpath:${name}}:leases:stream`, '9007199254740000-0', 'a', 'b'),
  'the stream is something else': (name) => server().admin().set(`{hotpath:${name}}:leases:stream`, 'x'),
}
for (const [what, interrupt] of Object.entries(interruptions)) {
  test(`callers are woken again after ${what}`, async () => {
    const [one, other] = (await nodes(2)) as [Cache, Cache]
    await waitAfterLoad(one, other, 'before')
    await interrupt(one.name)
    await until('both are back', async () => {
      await one.set('probe', 1).catch(() => {})
      return (await one.get('probe')) === 1 && (await other.get('probe')) === 1
    })
    // Where they are not, a look finds out after half a second: the first may be the one that does.
    let tries = 0
    await until('a caller is woken', async () => (await waitAfterLoad(one, other, `k${++tries}`)) < 300)
    expect(tries).toBeLessThan(6)
    for (const key of ['next', 'after']) expect(await waitAfterLoad(one, other, key)).toBeLessThan(400)
  }, 30_000)
}

test('a position of the stream that cannot be asked for is asked for again', async () => {
  const [one, other] = (await nodes(2)) as [Cache, Cache]
  const key = `{hotpath:${one.name}}:leases:returned`
  await server().admin().lpush(key, 'not a number')
  await waitAfterLoad(one, other, 'first')
  for (const key of ['second', 'third']) expect(await waitAfterLoad(one, other, key)).toBeLessThan(400)
}, 20_000)

test('`lease: false` loads at once', async () => {
  const [one, other] = (await nodes(2, { lease: false })) as [Cache, Cache]
  const load = deferredLoader<string>()
  const reads = [one.getOrSet('k', load), other.getOrSet('k', load)]
  await until('both loads', () => load.calls.length === 2)
  load.at(0).resolve('value')
  load.at(1).resolve('value')
  expect(await Promise.all(reads)).toEqual(['value', 'value'])
})

test('fencing tokens grow, and only the holder can renew or give back', async () => {
  const lease = redis({ client: server().connect(), prefix: 'fence' }).openLease?.({
    name: 'n',
    clock: {
      now: Date.now,
      monotonic: () => performance.now(),
      after: (ms, call) =>
        (
          (timer) => () =>
            clearTimeout(timer)
        )(setTimeout(call, ms)),
    },
    elapsed: () => performance.now(),
    evicted: () => {},
    fault: () => {},
  })
  const held = await lease?.acquire('held', { ttlMs: 30_000 })
  expect(await lease?.acquire('held', { ttlMs: 30_000 })).toBeUndefined()
  await held?.release()
  const first = await lease?.acquire('k', { ttlMs: 100 })
  await until('it has ended', async () => (await server().admin().exists('{fence:n}:lease:k')) === 0)
  const second = await lease?.acquire('k', { ttlMs: 5_000 })
  expect(second?.fencingToken).toBeGreaterThan(first?.fencingToken ?? Infinity)
  expect(await first?.renew()).toBe(false)
  await first?.release()
  expect(await second?.renew()).toBe(true)
  await second?.release()
  expect(await server().admin().exists('{fence:n}:lease:k')).toBe(0)
  await lease?.close()
})

test('P17: a cache that is closed while it first asks for the end of a lease leaves no connection behind', async () => {
  const [holder] = (await nodes(1)) as [Cache]
  const client = server().connect()
  const call = client.call.bind(client) as (...args: unknown[]) => Promise<unknown>
  let resume = (): void => {}
  const held = new Promise<void>((resolve) => void (resume = resolve))
  let asked = 0
  // The first waiter asks where the stream of leases is.
  client.call = (command: string, ...rest: unknown[]) => {
    if (command !== 'GET') return call(command, ...rest)
    asked++
    return held.then(() => call(command, ...rest))
  }
  const cache = createCache({ name: holder.name, tiers: [redis({ client })], ttl: '1h' })
  await until('the view of the log', () => cache.position())
  const load = deferredLoader<string>()
  const first = holder.getOrSet('k', load)
  await until('a load', () => load.calls.length > 0)
  const second = cache.getOrSet('k', load).catch((error: { readonly code: string }) => error.code)
  await until('the question', () => asked > 0)
  await cache.close()
  expect(await second).toBe('ERR_CACHE_CLOSED')
  load.at(0).resolve('value')
  await first
  await holder.close()
  resume()
  await until('the end of all that follow', async () => {
    const clients = String(await server().admin().client('LIST'))
    return !clients.includes('cmd=xread')
  })
  client.disconnect()
})
