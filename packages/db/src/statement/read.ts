/** Reads one statement of any kind. */
import { readDefinition } from './definition.ts'
import type { Dialect } from './dialect.ts'
import { readGroup } from './group.ts'
import { Reader } from './reader.ts'
import type { Reading, StatementKind } from './reading.ts'
import { ABOUT_TABLES, AROUND, CHANGES_ROWS, DEFINITION, ROWS, SESSION, TRANSACTION } from './words.ts'

/** Reads the statement that begins at a token. */
export function readAt(tokens: readonly string[], dialect: Dialect, start: number): Reading {
  const reader = new Reader(tokens, dialect, start)
  if (dialect === 'mysql' && reader.peek() === 'set' && reader.peek(1) === 'statement') skipSettings(reader)
  const verb = reader.peek()
  const isList = ABOUT_TABLES.test(verb)
  if (isList || AROUND.test(verb) || DEFINITION.test(verb) || verb === 'load' || verb === 'refresh') {
    reader.at++
    readDefinition(reader, isList)
  } else readGroup(reader, ';')
  const kind = kindOf(reader)
  const { uses, isComplete } = reader
  return { kind, uses, isComplete: isComplete && kind !== 'unknown', start, end: Math.max(reader.at, start + 1) }
}

/** MariaDB: `set statement max_statement_time = 1 for select …`. */
function skipSettings(reader: Reader): void {
  while (!/^(?:for)?$/.test(reader.peek())) reader.at++
  reader.take('for')
  reader.verbAt = reader.at
}

function kindOf({ tokens, verbAt, hasCreated, uses }: Reader): StatementKind {
  const verb = tokens[verbAt] ?? ''
  if (DEFINITION.test(verb) || hasCreated) return 'ddl'
  if (uses.some(({ isWritten }) => isWritten)) return 'write'
  // Of what it changes the name was not found.
  if (CHANGES_ROWS.test(verb)) return 'unknown'
  if (ROWS.test(verb) || /^(?:\(|copy|desc|describe|explain)$/.test(verb)) return 'read'
  if (TRANSACTION.test(verb) && tokens[verbAt + 1] !== 'not') return 'transaction'
  return SESSION.test(verb) ? 'session' : 'unknown'
}
