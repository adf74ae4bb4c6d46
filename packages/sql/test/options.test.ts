import { createPool } from 'mysql2/promise'
import { Client, Pool } from 'pg'
import { expect, test } from 'vitest'
import { mysql, postgres, sqlite } from '../src/index.ts'
import { sqliteModule } from '../src/sqlite/module.ts'

// They connect when they are used first, and nobody uses them.
const pg = new Pool()
const my = createPool({})

test.each<[() => unknown, string]>([
  [
    () => postgres({ pool: pg, maxEntires: 5 } as never),
    '`postgres` has no option `maxEntires`. Did you mean `maxEntries`?',
  ],
  [() => postgres({ pool: pg, pollInterval: 5 } as never), 'has no option `pollInterval`'],
  [() => postgres({ pool: pg, maxEntries: '5' as never }), "received '5'"],
  [() => postgres({ pool: pg, prefix: 'A' }), "received 'A'"],
  [() => postgres({ pool: pg, log: 'no' as never }), "`log` must be `true` or `false`, received 'no'"],
  [() => postgres({ pool: pg, codec: JSON as never }), '`codec` must be a Codec'],
  [() => postgres({ pool: 'postgres://u:SECRET@h' as never }), 'received a string'],
  [
    () => mysql({ pool: my, pollinterval: 5 } as never),
    '`mysql` has no option `pollinterval`. Did you mean `pollInterval`?',
  ],
  [() => mysql({ pool: my, pollInterval: '1m' }), "received '1m'"],
  [() => mysql({ pool: my, checkLife: 1 as never }), 'received 1'],
  [() => mysql({ pool: null as never }), 'received null'],
  [() => sqlite({ file: 'a.db' } as never), '`sqlite` has no option `file`'],
  [() => sqlite({ path: 5 as never }), '`path` must be the name of a file, received 5'],
  [() => sqlite({ path: ':memory:', maxBytes: '1kb' }), "received '1kb'"],
  [() => sqlite('a.db' as never), "Pass `{ path: 'cache.db' }`."],
  [() => sqlite(pg as never), "Pass `{ path: 'cache.db' }`."],
  [() => postgres('postgres://u:SECRET@h' as never), 'Pass `{ pool: new Pool({ connectionString }) }`.'],
  [() => postgres(pg as never), 'Pass `{ pool: new Pool({ connectionString }) }`.'],
  [() => postgres({ pool: Promise.resolve(pg) as never }), 'received a Promise. `await` it first.'],
  [() => postgres({ pool: new Client() as never }), 'received a `Client`. Use for example `postgres({ pool: new Pool('],
  [() => mysql({ pool: Promise.resolve(my) as never }), 'received a Promise. `await` it first.'],
  [
    () => mysql({ pool: { query() {}, execute() {} } as never }),
    'received one connection. Use for example `mysql({ pool: createPool(',
  ],
  [() => mysql('mysql://u:SECRET@h' as never), 'Pass `{ pool: createPool(uri) }`.'],
  [() => mysql(my as never), 'Pass `{ pool: createPool(uri) }`.'],
])('%s is refused', (make, message) => {
  expect(make).toThrow(expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(message) }))
  expect(make).not.toThrow('SECRET')
})

test('a runtime without SQLite is told which one has it', () => {
  const old: Parameters<typeof sqliteModule>[0] = { versions: { node: '20.11.0' } }
  for (const runtime of [old, { ...old, getBuiltinModule: () => undefined }]) {
    expect(() => sqliteModule(runtime)).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        message: '`sqlite` needs the module `node:sqlite`, which Node 20.11.0 does not have. Use Node 22.13 or later.',
      }),
    )
  }
  expect(() => sqliteModule({ versions: { node: '22.6.0', bun: '1.1.0' } })).toThrow('which Bun 1.1.0 does not have')
  expect(sqliteModule()).toBe(process.getBuiltinModule('node:sqlite'))
})
