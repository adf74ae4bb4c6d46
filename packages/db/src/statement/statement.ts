/** All that is known about a statement from its words. */
import type { Dialect } from './dialect.ts'
import { fingerprintOf } from './fingerprint.ts'
import { readAll, type StatementTables, tablesOf } from './tables.ts'
import { tokenize } from './tokens.ts'
import { type BypassReason, endsTransactionAt, traitsOf } from './traits.ts'

/** What `readStatement` found out. Shared by all callers with the same string: it is not to be changed. */
export interface Statement extends StatementTables {
  /** Why its result is not to be kept, besides `kind` and `isComplete`; usually empty. */
  readonly bypass: readonly BypassReason[]
  /** Whether it ends the transaction that it is run in, or begins another. */
  readonly endsTransaction: boolean
  /** Names before parentheses: what it calls, and some keywords. */
  readonly calls: readonly string[]
  /** Whether it computes something over many rows. */
  readonly hasAggregates: boolean
  /** Whether it has window functions. */
  readonly hasWindows: boolean
  /** Its shape, without values: for statistics. */
  readonly fingerprint: string
}

/** Reads a string, without a cache. */
export function analyze(sql: string, dialect: Dialect): Statement {
  const tokens = tokenize(sql, dialect)
  const readings = readAll(tokens.list, dialect)
  const tables = tablesOf(tokens, readings)
  const endsTransaction = readings.some(({ start }) => endsTransactionAt(tokens.list, start, dialect))
  const { bypass, calls, hasAggregates, hasWindows } = traitsOf(tokens.list, dialect)
  if (tables.count > 1) bypass.add('several')
  if ([...tables.reads, ...tables.writes].some(isTemporary)) bypass.add('temporary')
  // One of them may change what names and quotes stand for in the next ones.
  const isMoved =
    tables.count > 1 &&
    tables.writes.length > 0 &&
    (calls.has('set_config') || readings.some(({ kind }) => kind === 'session'))
  const isComplete = tables.isComplete && !isMoved
  const fingerprint = fingerprintOf(tokens.list, dialect)
  const traits = { bypass: [...bypass], endsTransaction, calls: [...calls], hasAggregates, hasWindows }
  return { ...tables, isComplete, ...traits, fingerprint }
}

/** Whether a table is in the schema of temporary ones. */
export function isTemporary({ schema = '' }: { readonly schema: string | undefined }): boolean {
  return /^(?:temp|pg_temp(?:_\d+)?)$/.test(schema)
}
