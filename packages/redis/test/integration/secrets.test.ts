/** What loggers print of errors, as they really come from ioredis and the server: neither keys, values nor passwords. */
import { inspect } from 'node:util'
import { createCache, memory } from '@hotpath/core'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { redis } from '../../src/index.ts'
import { type RedisServer, startRedis } from './server.ts'
import { until } from './until.ts'

const KEY = `user:${'x'.repeat(80)}SECRETKEY`
const VALUE = { password: 'SECRETVALUE' }
const PASSWORD = 'SECRETPASSWORD'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

let names = 0
function make({ port = server.port, ...user }: { port?: number; username?: string; password?: string } = {}) {
  const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: 1, ...user })
  client.on('error', () => {})
  const name = `s${++names}`
  const cache = createCache({ name, tiers: [memory({ maxEntries: 100 }), redis({ client })], ttl: '1h' })
  const faults: Error[] = []
  cache.on('fault', ({ error }) => faults.push(error))
  closing.push(
    () => cache.close(),
    () => client.disconnect(),
  )
  return { cache, faults, name }
}

/** All that a logger could print, and the members of causes at any depth. */
function printed(error: Error): string {
  const members = (_: string, value: unknown): unknown =>
    value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value
  return `${inspect(error, { depth: 9, showHidden: true })}\n${JSON.stringify(error, members)}`
}

function expectNoSecrets(errors: readonly Error[], ...said: readonly string[]): void {
  expect(errors).not.toEqual([])
  for (const error of errors) expect(printed(error)).not.toMatch(/SECRET|534543524554/i)
  for (const words of said) expect(errors.map(({ message }) => message).join('\n')).toContain(words)
}

test('a server without memory', async () => {
  const { cache, faults } = make()
  await until('the view of the log', () => cache.position())
  await server.admin().config('SET', 'maxmemory', '1')
  try {
    await cache.getOrSet(KEY, () => VALUE)
    await until('a fault', () => faults.length > 0)
  } finally {
    await server.admin().config('SET', 'maxmemory', '0')
  }
  expectNoSecrets(faults, 'Cause: OOM command not allowed')
})

test('something else under the key', async () => {
  const { cache, faults, name } = make()
  await until('the view of the log', () => cache.position())
  await cache.set('user:SECRETKEY', VALUE)
  const [key] = await server.admin().keys(`hotpath:${name}:*`)
  await server.admin().del(key as string)
  await server.admin().lpush(key as string, 'SECRETVALUE')
  // Its memory is empty, so it asks the server.
  const other = createCache({ name, tiers: [redis({ client: server.connect() })] })
  closing.push(() => other.close())
  other.on('fault', ({ error }) => faults.push(error))
  await other.get('user:SECRETKEY')
  expectNoSecrets(faults, 'Cause: WRONGTYPE')
})

test('a user without the right to run scripts', async () => {
  await server.admin().call('ACL', 'SETUSER', 'poor', 'on', `>${PASSWORD}`, '~*', '&*', '+@all', '-evalsha', '-eval')
  const { cache, faults } = make({ username: 'poor', password: PASSWORD })
  const rejected = await Promise.all(
    [cache.set(KEY, VALUE), cache.delete(KEY), cache.invalidateTags(['SECRETTAG'])].map((write) =>
      write.then(
        () => undefined,
        (error: Error) => error,
      ),
    ),
  )
  expectNoSecrets(rejected as Error[], 'NOPERM')
  expectNoSecrets(faults, 'NOPERM')
})

test('a wrong password is said in the message itself', async () => {
  await server.admin().call('ACL', 'SETUSER', 'rich', 'on', `>${PASSWORD}`, '~*', '&*', '+@all')
  const { cache, faults } = make({ username: 'rich', password: `${PASSWORD}2` })
  const error: unknown = await cache.set(KEY, VALUE).catch((reason: unknown) => reason)
  expectNoSecrets([error as Error, ...faults], 'WRONGPASS')
})

test('an address where nothing listens is said in the message itself', async () => {
  const { cache, faults } = make({ port: 1, password: PASSWORD })
  const error: unknown = await cache.set(KEY, VALUE).catch((reason: unknown) => reason)
  expectNoSecrets([error as Error, ...faults])
})
