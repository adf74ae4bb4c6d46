import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { LogError, TierError } from '../src/index.ts'

function wrapped(cause: unknown): TierError {
  return new TierError('ERR_TIER_FAILED', 'The tier failed.', { cause })
}

test('the message ends with what the cause says', () => {
  expect(wrapped(new Error('WRONGPASS invalid password')).message).toBe(
    'The tier failed. Cause: WRONGPASS invalid password',
  )
  expect(wrapped(undefined).message).toBe('The tier failed.')
})

test('of a cause its name, code, message and place are kept, and nothing else', () => {
  const driver = Object.assign(new RangeError('no rights'), {
    code: '42501',
    command: { name: 'set', args: ['SECRETKEY', Buffer.from('SECRETVALUE')] },
    sql: "INSERT INTO t VALUES ('SECRETVALUE')",
    cause: new Error('SECRETVALUE'),
  })
  const { cause } = wrapped(driver)
  expect(cause).toBeInstanceOf(Error)
  expect(cause).toMatchObject({ name: 'RangeError', code: '42501', message: 'no rights' })
  expect((cause as Error).stack).toContain('cause.test.ts')
  expect(Object.keys(cause as Error)).toEqual(['code'])
  for (const shown of [inspect(wrapped(driver), { depth: 9, showHidden: true }), JSON.stringify({ cause })]) {
    expect(shown).not.toContain('SECRET')
  }
})

test('a cause of our own is kept as it is, and its message ends with its own cause', () => {
  const inner = wrapped(new Error('connect ECONNREFUSED 127.0.0.1:1'))
  const outer = new LogError('ERR_LOG_UNAVAILABLE', 'The log is away.', { cause: inner })
  expect(outer.cause).toBe(inner)
  expect(outer.message).toBe('The log is away. Cause: The tier failed. Cause: connect ECONNREFUSED 127.0.0.1:1')
})

test('credentials in addresses are removed', () => {
  const { message } = wrapped(
    new Error('cannot reach redis://app:p%40s@s:word@db.test:6379/0 or https://token@x.test/a?m=a@b'),
  )
  expect(message).toBe('The tier failed. Cause: cannot reach redis://db.test:6379/0 or https://x.test/a?m=a@b')
})

test('what servers and parsers quote of the data is left out', () => {
  const quoting = [
    "ERR unknown command 'FOO', with args beginning with: 'SECRET' 'SECRET' ",
    "You have an error in your SQL syntax; check the manual for the right syntax to use near 'SECRET' at line 1",
    "Duplicate entry 'SECRET' for key 'PRIMARY'",
    "Incorrect string value: 'SECRET' for column `a`.`b` at row 1",
    "Truncated incorrect DOUBLE value: 'SECRET'",
    'invalid input syntax for type double precision: "SECRET"',
    `Unexpected token 'S', "SECRET" is not valid JSON`,
    `Unexpected token 'x', ..."a SECRET "... is not valid JSON`,
    'JSON Parse error: Unexpected identifier "SECRET"',
  ]
  for (const message of quoting) {
    const shown = wrapped(new Error(message)).message
    expect(shown).not.toContain('SECRET')
    expect(shown).toMatch(/…$/)
  }
  let thrown: unknown
  try {
    JSON.parse('{"a": SECRET}')
  } catch (error) {
    thrown = error
  }
  expect(wrapped(thrown).message).not.toContain('SECRET}')
})

test('a name in quotes is not data', () => {
  for (const message of [
    'relation "hotpath_entries" does not exist',
    "Access denied for user 'app'@'localhost' (using password: YES)",
    "NOPERM User app has no permissions to run the 'evalsha' command",
  ]) {
    expect(wrapped(new Error(message)).message).toBe(`The tier failed. Cause: ${message}`)
  }
})

test('a long message is shortened, and one of many lines is written on one', () => {
  expect(wrapped(new Error('x'.repeat(1_000_000))).message).toHaveLength('The tier failed. Cause: '.length + 200)
  expect(wrapped(new Error('a\n  at forged (b.ts:1:1)\r\n\u001B[31mc')).message).toBe(
    'The tier failed. Cause: a at forged (b.ts:1:1) \uFFFD[31mc',
  )
  expect((wrapped(new Error('a\n    at forged')).cause as Error).stack?.split('\n')[0]).toBe('Error: a at forged')
})

test.each([
  [new DOMException('', 'OperationError'), 'OperationError'],
  [new DOMException('', 'QuotaExceededError'), 'QuotaExceededError'],
  [Object.assign(new Error(''), { code: 'ECONNRESET' }), 'ECONNRESET'],
  [{ code: 7 }, 'unknown'],
  [{ code: '' }, 'unknown'],
])('a cause that says nothing is shown by its name, and not by a bare number: %s', (cause, word) => {
  expect(wrapped(cause).message).toBe(`The tier failed. Cause: ${word}`)
})

test('a cause without a message is shown by what is in it', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED ::1:1'), { code: 'ECONNREFUSED' })
  const both = Object.assign(new AggregateError([refused, refused]), { code: 'ECONNREFUSED' })
  expect(wrapped(both).message).toBe('The tier failed. Cause: connect ECONNREFUSED ::1:1')
  const fetchFailed = new TypeError('fetch failed', { cause: refused })
  expect(wrapped(fetchFailed).message).toBe('The tier failed. Cause: fetch failed: connect ECONNREFUSED ::1:1')
  expect(wrapped(fetchFailed).cause).toMatchObject({ name: 'TypeError', code: 'ECONNREFUSED' })
  expect(wrapped(Object.assign(new Error(''), { code: 'ERR_X' })).message).toBe('The tier failed. Cause: ERR_X')
  const circular: { message: string; cause?: unknown } = { message: '' }
  circular.cause = circular
  expect(wrapped(circular).message).toBe('The tier failed. Cause: unknown')
})

test('what is thrown and no error is shown without what is in it', () => {
  expect(wrapped({ password: 'SECRET' }).message).toBe('The tier failed. Cause: unknown')
  expect(wrapped(null).message).toBe('The tier failed. Cause: unknown')
  expect(wrapped('out of order').message).toBe("The tier failed. Cause: 'out of order'")
})
