/** A cache that is shared by Redis: what one process writes, and what happens while Redis is away. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Cache, createCache, memory } from '@hotpath/core'
import { redis } from '@hotpath/redis'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../../../scripts/free-port.ts'
import { startRedis } from '../../../../scripts/redis-server.ts'
import { type SilentProxy, startSilentProxy } from '../../../../scripts/silent-proxy.ts'
import { sqlite } from '../../src/driver/sqlite.ts'
import { type QueryOptimizer, createQueryOptimizer } from '../../src/index.ts'

let folder: string
const closing: (() => unknown)[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hotpath-db-'))
  const database = open()
  database.exec("create table users (id integer primary key, name text); insert into users values (1, 'Ann')")
})

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
  rmSync(folder, { recursive: true })
})

function open(): DatabaseSync {
  const database = new DatabaseSync(join(folder, 'app.db'))
  closing.push(() => database.close())
  return database
}

/** What a process has: its own connections to Redis and to the database. */
function startProcess(port: number): { readonly db: QueryOptimizer; readonly cache: Cache } {
  const client = new Redis({ host: '127.0.0.1', port, lazyConnect: false })
  client.on('error', () => {})
  const tiers = [memory({ maxEntries: 1_000 }), redis({ client })]
  const cache = createCache({ name: 'users', tiers, maxOffline: '2s' })
  const db = createQueryOptimizer({ cache, driver: sqlite(open()) })
  closing.push(
    () => client.disconnect(),
    () => cache.close(),
  )
  return { db, cache }
}

const NAME = 'select name from users where id = 1'
const nameBy = async ({ db }: { readonly db: QueryOptimizer }): Promise<unknown> => (await db.query(NAME))[0]?.['name']

test('without Redis from the start, rows are right and writes are seen', async () => {
  const one = startProcess(await freePort())
  for (const name of ['Bea', 'Cem', 'Dora']) {
    await one.db.query('update users set name = ? where id = 1', [name])
    expect(await nameBy(one)).toBe(name)
    expect(await nameBy(one)).toBe(name)
  }
  await one.db.transaction((tx) => tx.query("update users set name = 'Eva'"))
  expect(await nameBy(one)).toBe('Eva')
}, 120_000)

test('a write is seen by other processes, and while Redis is silent by this one at once and by others in `maxOffline`', async () => {
  const server = await startRedis()
  closing.push(() => server.stop())
  const proxy: SilentProxy = await startSilentProxy(Number(new URL(server.url).port))
  closing.push(() => proxy.stop())
  const [one, other] = [startProcess(proxy.port), startProcess(proxy.port)]
  await Promise.all([one.cache.ready(), other.cache.ready()])
  expect([await nameBy(one), await nameBy(other)]).toEqual(['Ann', 'Ann'])
  expect((await other.db.executeWithStats(NAME)).stats.source).toBe('memory')
  await one.db.query("update users set name = 'Bea' where id = 1")
  expect(await nameBy(one)).toBe('Bea')
  await expect.poll(() => nameBy(other), { timeout: 20_000 }).toBe('Bea')

  proxy.silenceNew('both')
  for (const connection of proxy.connections) connection.silence()
  await one.db.query("update users set name = 'Cem' where id = 1")
  expect(await nameBy(one)).toBe('Cem')
  await expect.poll(() => nameBy(other), { timeout: 20_000 }).toBe('Cem')

  proxy.silenceNew(undefined)
  for (const connection of proxy.connections) connection.drop()
  await expect.poll(async () => (await one.db.executeWithStats(NAME)).stats.source, { timeout: 30_000 }).toBe('memory')
  expect(await nameBy(one)).toBe('Cem')
  // The record of the write was held back meanwhile, and reaches the other process in a moment.
  await expect.poll(() => nameBy(other), { timeout: 20_000 }).toBe('Cem')
}, 120_000)
