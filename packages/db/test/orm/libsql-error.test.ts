/** Errors of both drivers of SQLite, as libSQL has them. */
import { expect, test } from 'vitest'
import { libsqlError } from '../../src/drizzle/libsql-error.ts'

test.each([
  ['a name of one word', { code: 'SQLITE_CONSTRAINT_UNIQUE' }, ['SQLITE_CONSTRAINT', 'SQLITE_CONSTRAINT_UNIQUE', 2067]],
  ['a name of two words', { code: 'SQLITE_IOERR_SHORT_READ' }, ['SQLITE_IOERR', 'SQLITE_IOERR_SHORT_READ', 522]],
  ['the number of the same', { errcode: 522 }, ['SQLITE_IOERR', 'SQLITE_IOERR_SHORT_READ', 522]],
  ['a number whose neighbour is missing', { errcode: 516 }, ['SQLITE_ABORT', 'SQLITE_ABORT_ROLLBACK', 516]],
  ['a number that has no name', { errcode: 260 }, ['SQLITE_ABORT', 'SQLITE_ABORT', 260]],
  ['a primary code', { code: 'SQLITE_BUSY' }, ['SQLITE_BUSY', 'SQLITE_BUSY', 5]],
])('%s', (_, fields, [code, extendedCode, rawCode]) => {
  const error = Object.assign(new Error('no'), fields)
  expect(libsqlError(error)).toMatchObject({ name: 'LibsqlError', code, extendedCode, rawCode, cause: error })
})

test('any other error stays what it is', () => {
  for (const code of ['ERR_DB_TRANSACTION', 'SQLITE_UNHEARD_OF', 'ECONNRESET']) {
    const error = Object.assign(new Error('no'), { code })
    expect(libsqlError(error)).toBe(error)
  }
})
