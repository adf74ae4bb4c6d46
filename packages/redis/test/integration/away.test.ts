/** Redis is away: what is known to be disconnected fails at once, and nothing waits for it in the end. */
import { createServer } from 'node:net'
import { type Cache, type CacheOptions, createCache, memory } from '@hotpath/core'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, test } from 'vitest'
import { startSilentProxy } from '../../../../scripts/silent-proxy.ts'
import { redis } from '../../src/index.ts'
import { freePort, startRedis } from './server.ts'
import { until } from './until.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

function connect(port: number, options: object = {}): Redis {
  const client = new Redis({ port, host: '127.0.0.1', ...options })
  closing.push(() => client.disconnect())
  return client
}

function open(client: Redis, options: Partial<CacheOptions> = {}): { cache: Cache; faults: string[] } {
  const tiers = [memory({ maxEntries: 1_000 }), redis({ client })]
  const cache = createCache({ name: 'away', tiers, ttl: '1h', backoff: false, ...options })
  const faults: string[] = []
  cache.on('fault', ({ error }) => faults.push(String(error.cause ?? error.message)))
  closing.push(() => cache.close())
  return { cache, faults }
}

async function timed<Result>(call: () => Promise<Result>): Promise<number> {
  const startedAt = performance.now()
  await call().catch(() => {})
  return performance.now() - startedAt
}

const SOON_MS = 700

describe('nobody listens', () => {
  const clients: Readonly<Record<string, object>> = {
    'as in the README': {},
    'without an offline queue': { enableOfflineQueue: false },
    'that gives up': { retryStrategy: () => null },
    'that has not begun to connect': { lazyConnect: true },
  }
  for (const [what, options] of Object.entries(clients)) {
    test(`a client ${what}: reads, invalidations, \`close()\` and \`quit()\` end soon`, async () => {
      const client = connect(await freePort(), options)
      const { cache, faults } = open(client)
      for (const key of ['a', 'b', 'c']) {
        expect(await timed(() => cache.getOrSet(key, () => 'loaded'))).toBeLessThan(SOON_MS)
      }
      expect(await timed(() => cache.invalidateTags(['t']))).toBeLessThan(SOON_MS)
      await expect(cache.delete('a')).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
      expect(await timed(() => cache.delete('a', { queue: true }))).toBeLessThan(SOON_MS)
      expect(faults.join('\n')).toContain('not connected')
      expect(await timed(() => cache.close())).toBeLessThan(SOON_MS)
      expect(await timed(() => client.quit())).toBeLessThan(SOON_MS)
    })
  }
})

test('the reason is in the message: nobody listens', async () => {
  const { cache } = open(connect(await freePort()))
  const error = await cache.delete('k').catch((cause: unknown) => cause)
  expect(reasonsOf(error)).toContain('ECONNREFUSED')
})

test('the reason is in the message, and the password is not: a wrong password', async () => {
  const server = await startRedis()
  closing.push(() => server.stop())
  await server.admin().call('ACL', 'SETUSER', 'somebody', 'on', '>right', '~*', '+@all')
  const { cache } = open(connect(server.port, { username: 'somebody', password: 'wrong-secret' }))
  const error = await cache.delete('k').catch((cause: unknown) => cause)
  expect(reasonsOf(error)).toContain('WRONGPASS')
  expect(reasonsOf(error)).not.toContain('wrong-secret')
})

/** The message, and those of its causes. */
function reasonsOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${reasonsOf(error.cause)}` : ''
}

test('a server that accepts and says nothing counts as away after two seconds', async () => {
  const mute = createServer(() => {}).listen(0, '127.0.0.1')
  await until('it listens', () => mute.address() !== null)
  const client = connect((mute.address() as { port: number }).port)
  const { cache } = open(client)
  expect(await timed(() => cache.delete('a'))).toBeLessThan(2_500)
  expect(await timed(() => cache.getOrSet('b', () => 1))).toBeLessThan(500)
  expect(await timed(() => cache.delete('a'))).toBeLessThan(500)
  expect(await timed(() => cache.close())).toBeLessThan(500)
  client.disconnect()
  mute.close()
})

test('a connection that breaks and comes back at once fails nothing', async () => {
  const server = await startRedis()
  closing.push(() => server.stop())
  const proxy = await startSilentProxy(server.port)
  closing.push(() => proxy.stop())
  const client = connect(proxy.port, { retryStrategy: () => 50 })
  client.on('error', () => {})
  const { cache, faults } = open(client)
  await until('the view of the log', () => cache.position())
  await cache.set('k', 1)
  for (const connection of proxy.connections) connection.drop()
  await until('the client has noticed', () => client.status !== 'ready')
  await cache.invalidateTags(['t'])
  expect(await cache.getOrSet('other', () => 2)).toBe(2)
  expect(faults).toEqual([])
})

test('a server that goes away and comes back is used again', async () => {
  const server = await startRedis()
  closing.push(() => server.stop())
  const client = connect(server.port, { retryStrategy: () => 50 })
  const { cache } = open(client)
  await until('the view of the log', () => cache.position())
  await server.crash()
  await until('it is known', async () => (await timed(() => cache.delete('k'))) < 50)
  expect(await timed(() => cache.getOrSet('a', () => 1))).toBeLessThan(500)
  await server.restart()
  await until('invalidations work', () =>
    cache.delete('k').then(
      () => true,
      () => false,
    ),
  )
  await until('what is stored is found', async () => {
    await cache.set('stored', 1)
    return (await client.exists('hotpath:away:stored')) === 1
  })
})
