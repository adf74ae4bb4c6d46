/** ORMs on PostgreSQL. */
import { PrismaPg } from '@prisma/adapter-pg'
import { PostgresDialect } from 'kysely'
// @ts-expect-error -- it brings no types
import Cursor from 'pg-cursor'
import { describe } from 'vitest'
import { useEngine } from '../engines/engine.ts'
import { POSTGRES_KINDS, clearPostgres, startPostgresEngine } from '../engines/postgres.ts'
import { pgClient } from '../../src/drizzle/pg-client.ts'
import { drizzleCases } from '../orm/drizzle-cases.ts'
import { TYPED, programOf } from '../orm/drizzle-postgres.ts'
import { kyselyCases } from '../orm/kysely-cases.ts'
import { prismaCases } from '../orm/prisma-cases.ts'

const bench = useEngine(startPostgresEngine, clearPostgres)

describe('Kysely', () => {
  kyselyCases({
    bench,
    dialect: ({ pool }) => new PostgresDialect({ pool, cursor: Cursor as never }),
    kinds: POSTGRES_KINDS,
  })
})

describe('Drizzle', () => {
  drizzleCases({
    bench,
    db: () => programOf(pgClient(bench().db, bench().engine.pool)),
    bare: () => programOf(bench().engine.pool),
    kinds: TYPED,
  })
})

describe('Prisma', () => {
  prismaCases({
    bench,
    provider: 'postgresql',
    factory: () =>
      new PrismaPg({
        host: '127.0.0.1',
        port: bench().engine.server.port,
        user: 'admin',
        database: 'postgres',
        max: 4,
      }),
    model: `
enum mood {
  calm
  cross
}
model typed {
  id      Int        @id
  flag    Boolean
  big     BigInt
  price   Decimal
  ratio   Float
  day     DateTime   @db.Date
  time    DateTime   @db.Time(3)
  at      DateTime   @db.Timestamptz(6)
  local   DateTime   @db.Timestamp(6)
  json    Json       @db.Json
  jsonb   Json
  bytes   Bytes
  uuid    String     @db.Uuid
  mood    mood
  moods   mood[]
  numbers Int[]
  words   String[]
  prices  Decimal[]
  days    DateTime[] @db.Date
  bins    Bytes[]
  none    String?
}`,
    kinds: [
      'drop type if exists mood',
      "create type mood as enum ('calm', 'cross')",
      `create table typed as select 1 as id, true as flag, 9007199254740993::int8 as big, 1.10::numeric(12, 2) as price, 0.1::float8 as ratio,
        '2024-02-29'::date as day, '12:34:56.789'::time as time, '2024-02-29 12:34:56.789012+03'::timestamptz as at,
        '2024-02-29 12:34:56.789012'::timestamp as local, '{"a": [1, null]}'::json as json, '{"b": {"c": 1}}'::jsonb as jsonb,
        '\\x00ff10'::bytea as bytes, '6f1e3a0e-0000-4000-8000-00000000000a'::uuid as uuid, 'cross'::mood as mood, '{calm,cross}'::mood[] as moods,
        array[1, 3] as numbers, array['x', 'y "z"'] as words, '{1.10,2}'::numeric[] as prices, '{2024-01-01}'::date[] as days,
        array['\\x00ff'::bytea] as bins, null::text as none`,
    ],
  })
})
