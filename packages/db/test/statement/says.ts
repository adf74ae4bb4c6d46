/** What the reader says about a statement, on one line. */
import { expect, test } from 'vitest'
import type { Dialect, TableName } from '../../src/statement/index.ts'
import { readTables } from '../../src/statement/sql.ts'
import { analyze } from '../../src/statement/statement.ts'

/** All of them. */
export const DIALECTS: readonly Dialect[] = ['postgres', 'mysql', 'sqlite']

/** A dialect, or several with spaces between them or `all`; a statement; and what is said about it. */
export type Case = readonly [dialects: string, sql: string, said: string]

/** For example `read a b`, `write a > b` for a statement that reads `a` and writes `b`; it ends with `?` if it may be any table. */
export function says(sql: string, dialect: Dialect): string {
  const { kind, reads, writes, isComplete } = readTables(sql, dialect)
  const names = (tables: readonly TableName[]): string =>
    tables.map(({ schema, name }) => (schema === undefined ? name : `${schema}.${name}`)).join(' ')
  const written = writes.length === 0 ? '' : `> ${names(writes)}`
  return [kind, names(reads), written, isComplete ? '' : '?'].filter((part) => part !== '').join(' ')
}

/** A statement that was cut off, as in a log, behind each of its words. */
function beginningsOf(sql: string): readonly string[] {
  return [...sql.matchAll(/[\s({,]+/g)].map(({ index, 0: { length } }) => sql.slice(0, index + length))
}

/** A test for each case and dialect; reading ends, however much of it there is. */
export function testCases(cases: readonly Case[]): void {
  for (const [dialects, sql, said] of cases) {
    for (const dialect of DIALECTS.filter((one) => dialects === 'all' || dialects.split(' ').includes(one)))
      test(`${dialect}: ${sql.replaceAll(/\s+/g, ' ').slice(0, 110)}`, () => {
        expect(says(sql, dialect)).toBe(said)
        for (const beginning of beginningsOf(sql)) analyze(beginning, dialect)
      })
  }
}
