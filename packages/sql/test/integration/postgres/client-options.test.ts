import { type Pool, type PoolConfig, types } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createCache } from '@hotpath/core'
import { postgres } from '../../../src/index.ts'
import { useInAllWays } from '../client-option-cases.ts'
import { closeNodes } from '../nodes.ts'
import { until } from '../until.ts'
import { type PostgresServer, startPostgres } from './server.ts'

let server: PostgresServer
let admin: Pool
beforeAll(async () => {
  server = await startPostgres()
  admin = server.connect()
  await postgres({ pool: admin }).migrate()
  await admin.query('CREATE SCHEMA elsewhere')
  await postgres({ pool: server.connect({ options: '-c search_path=elsewhere' }) }).migrate()
}, 60_000)
afterAll(() => server.stop())
afterEach(closeNodes)

const nothing = { getTypeParser: () => () => 'parsed by the program' } as unknown as NonNullable<PoolConfig['types']>

describe('pools that work', () => {
  const options: Record<string, PoolConfig> = {
    'parsers of its own': { types: nothing },
    'bytea written as escapes': { options: '-c bytea_output=escape' },
    statement_timeout: { statement_timeout: 4_000 },
    query_timeout: { query_timeout: 4_000 },
    lock_timeout: { options: '-c lock_timeout=3s' },
    'another search_path': { options: '-c search_path=elsewhere' },
    application_name: { application_name: 'shop' },
    idle_in_transaction_session_timeout: { idle_in_transaction_session_timeout: 1_000 },
    idle_session_timeout: { options: '-c idle_session_timeout=500ms' },
    'serializable transactions': { options: '-c default_transaction_isolation=serializable' },
    'repeatable reads': { options: '-c default_transaction_isolation=repeatable\\ read' },
    'strings with backslashes': { options: '-c standard_conforming_strings=off' },
    'another time zone and format of dates': { options: '-c TimeZone=Asia/Kathmandu -c DateStyle=German' },
    'another encoding': { client_encoding: 'LATIN1' },
    'two connections': { max: 2 },
    'connections that are used once': { maxUses: 1 },
    'connections that do not stay': { idleTimeoutMillis: 1 },
    'connections that do not keep the process alive': { allowExitOnIdle: true },
  }
  for (const [what, option] of Object.entries(options)) {
    test(what, () => useInAllWays(() => postgres({ pool: server.connect(option) })))
  }

  test('parsers of the program for all pools', async () => {
    const { BOOL, BYTEA, INT8, INT2, INT4, TEXT, JSON, NUMERIC, JSONB } = types.builtins
    const oids = [BOOL, BYTEA, INT8, INT2, INT4, TEXT, JSON, NUMERIC, JSONB]
    const before = oids.map((oid) => [oid, types.getTypeParser(oid)] as const)
    for (const oid of oids) types.setTypeParser(oid, () => 'parsed by the program')
    try {
      await useInAllWays(() => postgres({ pool: server.connect() }))
    } finally {
      for (const [oid, parser] of before) types.setTypeParser(oid, parser)
    }
  })

  test('one connection, beside which the tier listens by one of its own', async () => {
    const pool = server.connect({ max: 1 })
    const cache = createCache({ name: 'one', tiers: [postgres({ pool })], ttl: '1h', tierTimeout: '5s' })
    await cache.set('k', 1)
    await cache.setMany(Array.from({ length: 3_000 }, (_, n) => ({ key: ['k', n], value: n })))
    expect(await cache.get('k')).toBe(1)
    await cache.close()
  })
})

describe('pools that do not', () => {
  test('one connection is refused by name, where there is none beside it', () => {
    const pool = Object.defineProperty(server.connect({ max: 1 }), 'Client', { value: undefined })
    expect(() => postgres({ pool })).toThrow(/at least 2 connections.*received 1.*`max`.*`log: false`/)
  })

  test('the binary format is refused by name', () => {
    const pool = server.connect({ binary: true } as PoolConfig)
    expect(() => postgres({ pool })).toThrow(/`binary`.*without it/)
  })

  test('a client that ignores how values are to be read is refused by name, and loses nothing silently', async () => {
    const pool = server.connect()
    const connect = pool.connect.bind(pool)
    const deaf = {
      async connect() {
        const client = await connect()
        const query = client.query.bind(client)
        // As the native client does.
        client.query = (({ types: _, ...rest }: PoolConfig) => query({ ...rest, types: nothing } as never)) as never
        return client
      },
      on: pool.on.bind(pool),
    }
    const cache = createCache({ name: 'deaf', tiers: [postgres({ pool: deaf })], ttl: '1h' })
    const messages: string[] = []
    cache.on('fault', ({ error }) => messages.push(error.message))
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
    await until('a fault', () => messages.length > 0)
    expect(messages.join('\n')).toMatch(/ignore the `types` of a query.*without `native`/)
    await expect(cache.delete('k')).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
    await cache.close()
  })
})
