import type { PoolOptions } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { mysql } from '../../../src/index.ts'
import { useInAllWays } from '../client-option-cases.ts'
import { closeNodes } from '../nodes.ts'
import { type MariadbServer, startMariadb } from './server.ts'

let server: MariadbServer
beforeAll(async () => {
  server = await startMariadb(['--max-connections=1000'])
  await mysql({ pool: server.connect() }).migrate()
}, 60_000)
afterAll(() => server.stop())
afterEach(closeNodes)

describe('pools that work', () => {
  const options: Record<string, PoolOptions> = {
    'nestTables: true': { nestTables: true },
    "nestTables: '_'": { nestTables: '_' },
    rowsAsArray: { rowsAsArray: true },
    'typeCast: false': { typeCast: false },
    'typeCast of its own': { typeCast: () => 'cast by the program' },
    dateStrings: { dateStrings: true },
    supportBigNumbers: { supportBigNumbers: true },
    bigNumberStrings: { supportBigNumbers: true, bigNumberStrings: true },
    decimalNumbers: { decimalNumbers: true },
    namedPlaceholders: { namedPlaceholders: true },
    multipleStatements: { multipleStatements: true },
    stringifyObjects: { stringifyObjects: true },
    jsonStrings: { jsonStrings: true },
    'timezone and charset': { timezone: '+05:45', charset: 'latin1' },
    'rows changed instead of found': { flags: ['-FOUND_ROWS'] },
    'one statement prepared at a time': { maxPreparedStatements: 1 },
    'one connection': { connectionLimit: 1 },
    'no generated code': { disableEval: true },
    compress: { compress: true },
  }
  for (const [what, option] of Object.entries(options)) {
    test(what, () => useInAllWays(() => mysql({ pool: server.connect(option) })))
  }

  const sessions: Record<string, string> = {
    'ANSI SQL without backslashes': "SET SESSION sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES'",
    'another time zone': "SET SESSION time_zone = '+13:00'",
    'serializable transactions': 'SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    'uncommitted reads': 'SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED',
  }
  for (const [what, statement] of Object.entries(sessions)) {
    test(what, () =>
      useInAllWays(() => {
        const pool = server.connect()
        pool.on('connection', (connection) => void connection.query(statement))
        return mysql({ pool })
      }),
    )
  }
})

test('a pool that writes values into statements in its own way is refused by name', () => {
  const pool = server.connect({ queryFormat: (sql: string) => sql })
  expect(() => mysql({ pool })).toThrow(/`queryFormat`.*without it/)
})

test('how long a session waits for locks is what it was, after calls that succeed and that fail', async () => {
  const pool = server.connect({ connectionLimit: 1, multipleStatements: true })
  await pool.query('SET SESSION innodb_lock_wait_timeout = 33')
  const timeout = async (): Promise<unknown> => (await pool.query('SELECT @@innodb_lock_wait_timeout AS s'))[0]
  await pool.query('CALL hotpath_append(?, ?, NULL, ?)', ['waits', 'candidate', '[["h","a","",null,null]]'])
  expect(await timeout()).toEqual([{ s: 33 }])
  const bad = pool.query('CALL hotpath_append(?, ?, NULL, ?)', ['waits', 'candidate', '[["h",null,"",null,null]]'])
  await expect(bad).rejects.toMatchObject({ code: 'ER_BAD_NULL_ERROR' })
  expect(await timeout()).toEqual([{ s: 33 }])
})
