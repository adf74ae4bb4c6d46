/** Prisma on SQLite. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { afterAll } from 'vitest'
import { useEngine } from '../engines/engine.ts'
import { clearSqlite, startSqlite } from '../engines/sqlite.ts'
import { prismaCases } from './prisma-cases.ts'

const folder = mkdtempSync(join(tmpdir(), 'hotpath-prisma-'))
const path = join(folder, 'app.db')
afterAll(() => rmSync(folder, { recursive: true }))

prismaCases({
  bench: useEngine(() => startSqlite('node:sqlite', path), clearSqlite),
  provider: 'sqlite',
  factory: () => new PrismaBetterSqlite3({ url: `file:${path}` }),
  model: `
model typed {
  id    Int      @id
  flag  Boolean
  big   BigInt
  price Decimal
  ratio Float
  at    DateTime
  json  Json
  bytes Bytes
  none  String?
}`,
  kinds: [
    `create table typed (id integer primary key, flag boolean not null, big bigint not null, price decimal not null, ratio real not null,
      at datetime not null, json jsonb not null, bytes blob not null, none text)`,
    `insert into typed values (1, 1, 9007199254740993, 1.5, 0.1, '2024-02-29T12:34:56.789Z', '{"a":[1,null]}', x'00ff10', null)`,
  ],
})
