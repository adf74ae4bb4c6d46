/** A statement is run for the session that it was called with, whatever becomes of that one afterwards. */
import { PGlite } from '@electric-sql/pglite'
import { createCache, memory } from '@hotpath/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { batchQuery } from '../src/batch/batch-query.ts'
import { pglite } from '../src/driver/pglite.ts'
import { type QueryOptimizer, type SessionOptions, createQueryOptimizer } from '../src/index.ts'

const TENANTS = `
  create table orders (id integer primary key, tenant text);
  insert into orders values (1, 'a'), (2, 'b');
  alter table orders enable row level security;
  alter table orders force row level security;
  create policy own on orders using (tenant = current_setting('app.tenant', true));
  create role tenants;
  grant all on orders to tenants;
  set role tenants`
const ORDERS = 'select tenant from orders'
const of = (tenant: string): SessionOptions => ({ key: tenant, settings: { 'app.tenant': tenant } })

let database: PGlite
let tenant: string
let db: QueryOptimizer
let end: () => Promise<void>

beforeAll(async () => {
  database = new PGlite()
  await database.exec(TENANTS)
}, 120_000)

afterAll(() => database.close())

beforeEach(() => {
  const cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 1_000 })] })
  tenant = 'a'
  db = createQueryOptimizer({ cache, driver: pglite(database), session: () => of(tenant) })
  end = async () => {
    await db.close()
    await cache.close()
  }
})

afterEach(() => end())

describe('the session as it was when the call came', () => {
  test('although the schema is not known yet', async () => {
    const rows = db.query(ORDERS)
    tenant = 'b'
    expect(await rows).toEqual([{ tenant: 'a' }])
  })

  test('in a batch with others, none of whose rows it gets or leaves in the cache', async () => {
    const orders = batchQuery<{ tenant: string }>(db, 'select id, tenant from orders where id = any($1)')
    await db.query('select 1')
    const own = orders.loadMany([1, 2])
    tenant = 'b'
    const others = orders.loadMany([1, 2])
    expect([await own, await others]).toEqual([
      [{ id: 1, tenant: 'a' }, undefined],
      [undefined, { id: 2, tenant: 'b' }],
    ])
    expect(await orders.loadMany([1, 2])).toEqual([undefined, { id: 2, tenant: 'b' }])
  })

  test('of a transaction', async () => {
    const rows = db.transaction((tx) => tx.query(ORDERS))
    tenant = 'b'
    expect(await rows).toEqual([{ tenant: 'a' }])
  })

  test('of an explanation', async () => {
    const explained = db.explain(ORDERS)
    tenant = 'b'
    const { key } = await explained
    tenant = 'a'
    expect((await db.explain(ORDERS)).key).toBe(key)
  })

  test.each(['cold', 'warm'])('although its object is used for another one afterwards (%s)', async (state) => {
    if (state === 'warm') await db.query('select 1')
    const session = { key: 'a', settings: { 'app.tenant': 'a' } }
    const rows = db.query(ORDERS, [], { session })
    session.key = 'b'
    session.settings['app.tenant'] = 'b'
    expect(await rows).toEqual([{ tenant: 'a' }])
    expect(await db.query(ORDERS, [], { session: of('a') })).toEqual([{ tenant: 'a' }])
  })
})

describe('what is wrong with a session', () => {
  test.each([
    ['another one within a transaction', { session: of('b') }],
    ['the same key with other settings', { session: { key: 'a', settings: {} } }],
  ])('%s', async (_, options) => {
    const rows = db.transaction((tx) => tx.query(ORDERS, [], options))
    await expect(rows).rejects.toMatchObject({ code: 'ERR_DB_TRANSACTION' })
  })

  test('the one of the transaction may be named again', async () => {
    expect(await db.transaction((tx) => tx.query(ORDERS, [], { session: of('a') }))).toEqual([{ tenant: 'a' }])
  })

  test.each([
    ['null', null],
    ['a promise', Promise.resolve(of('a'))],
    ['a setting that is no string', { key: 'a', settings: { 'app.tenant': undefined } }],
    ['a name that is misspelled', { key: 'a', setting: { 'app.tenant': 'a' } }],
    ['settings that are none', { key: 'a', settings: 'app.tenant' }],
  ])('%s', async (_, session) => {
    const other = createQueryOptimizer({
      cache: createCache({ name: 'other', tiers: [memory({ maxEntries: 10 })] }),
      driver: pglite(database),
      session: () => session as never,
    })
    await expect(other.query(ORDERS)).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    await other.close()
  })
})
