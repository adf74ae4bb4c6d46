/** What loggers print of errors, as they really come from a database: neither keys, values, SQL nor passwords. */
import { inspect } from 'node:util'
import { expect } from 'vitest'

export const SECRET_KEY = 'user:SECRETKEY'
export const SECRET_VALUE = { password: 'SECRETVALUE' }

/** All that a logger could print, and the members of causes at any depth. */
function printed(error: Error): string {
  const members = (_: string, value: unknown): unknown =>
    value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value
  return `${inspect(error, { depth: 9, showHidden: true })}\n${JSON.stringify(error, members)}`
}

/** @param said - What the messages must say. */
export function expectNoSecrets(errors: readonly Error[], ...said: readonly string[]): void {
  expect(errors).not.toEqual([])
  // As text, as hexadecimal digits, and SQL.
  for (const error of errors) expect(printed(error)).not.toMatch(/SECRET|534543524554|INSERT INTO|SELECT /i)
  for (const words of said) expect(errors.map(({ message }) => message).join('\n')).toContain(words)
}
