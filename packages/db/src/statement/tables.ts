/** Which tables the statements of a string read and write. */
import type { Dialect } from './dialect.ts'
import { readAt } from './read.ts'
import type { Reading, StatementKind, TableUse } from './reading.ts'
import type { Tokens } from './tokens.ts'

/** The name of a table, as the database stores it; in lower case in MySQL and SQLite. */
export interface TableName {
  /** As it is written; `undefined` stands for the schema that the session looks into. */
  readonly schema: string | undefined
  /** Without quotes. */
  readonly name: string
}

/** What `readTables` found out. Shared by all callers with the same string: it is not to be changed. */
export interface StatementTables {
  /** What it does; of several statements what the one does that does most. */
  readonly kind: StatementKind
  /** How many statements the string has. */
  readonly count: number
  /** Tables whose rows it reads, each once. */
  readonly reads: readonly TableName[]
  /** Tables whose rows or definition it changes, each once. */
  readonly writes: readonly TableName[]
  /** `false`: it may read and write any table, besides those that were found. */
  readonly isComplete: boolean
}

/** From what does least to what does most. */
const KINDS: readonly StatementKind[] = ['session', 'read', 'transaction', 'write', 'ddl', 'unknown']

/** Reads each statement of a string. */
export function readAll(tokens: readonly string[], dialect: Dialect): readonly Reading[] {
  const readings: Reading[] = []
  // Where it was cut off, reading may step past the end.
  for (let at = 0; (tokens[at] ?? '') !== ''; ) {
    if (tokens[at] === ';') at++
    else at = readings[readings.push(readAt(tokens, dialect, at)) - 1]!.end
  }
  return readings
}

/** The tables of all statements. */
export function tablesOf({ isCertain }: Tokens, readings: readonly Reading[]): StatementTables {
  const uses = readings.flatMap((reading) => reading.uses.filter((use) => !isHidden(use)))
  return {
    kind: KINDS.findLast((one) => readings.some(({ kind }) => kind === one)) ?? 'unknown',
    count: readings.length,
    reads: distinct(uses.filter(({ isWritten }) => !isWritten)),
    writes: distinct(uses.filter(({ isWritten }) => isWritten)),
    isComplete: isCertain && readings.every(({ isComplete }) => isComplete),
  }
}

/** Whether what looks like a table is a name of `with`. */
export function isHidden({ schema, name, at, scope }: TableUse): boolean {
  for (let one = schema === undefined ? scope : undefined; one !== undefined; one = one.outer) {
    if ((one.names.get(name) ?? Infinity) <= at) return true
  }
  return false
}

function distinct(uses: readonly TableUse[]): readonly TableName[] {
  return [...new Map(uses.map(({ schema, name }) => [`${schema}\0${name}`, { schema, name }])).values()]
}
