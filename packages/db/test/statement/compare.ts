/** Compares what the reader found with what an engine, or whoever made the statement, says. */
import type { Dialect, StatementTables, TableName } from '../../src/statement/index.ts'
import { readTables } from '../../src/statement/sql.ts'

/** Tables as `schema.name` or `name`. */
export interface Named {
  readonly reads: Iterable<string>
  readonly writes: Iterable<string>
}

/** How many statements were read how well. */
export interface Tally {
  count: number
  exact: number
  /** Statements that the reader says it does not know: they stand for all tables. */
  unknown: number
  /** Statements with tables that were missed. */
  readonly missed: string[]
  /** Statements with tables that were found and are not there. */
  readonly extra: string[]
}

/** An empty one. */
export function newTally(): Tally {
  return { count: 0, exact: 0, unknown: 0, missed: [], extra: [] }
}

/** Reads a statement and adds it. */
export function tally(into: Tally, sql: string, dialect: Dialect, named: Named, plainSchema = ''): void {
  const found = readTables(sql, dialect)
  const nameOf = ({ schema, name }: TableName): string =>
    schema === undefined || schema === plainSchema ? name : `${schema}.${name}`
  const reads = new Set(found.reads.map(nameOf))
  const writes = new Set(found.writes.map(nameOf))
  const expectedReads = new Set(named.reads)
  const expectedWrites = new Set(named.writes)
  const missed = [...expectedWrites].filter((name) => !writes.has(name))
  for (const name of expectedReads) if (!reads.has(name) && !writes.has(name)) missed.push(name)
  const extra = [...writes].filter((name) => !expectedWrites.has(name))
  for (const name of reads) if (!expectedReads.has(name)) extra.push(name)
  into.count++
  if (!found.isComplete) into.unknown++
  if (missed.length > 0 && found.isComplete) into.missed.push(describeFault(missed, sql, found))
  else if (extra.length > 0) into.extra.push(describeFault(extra, sql, found))
  else if (found.isComplete || missed.length === 0) into.exact++
}

function describeFault(names: readonly string[], sql: string, { kind }: StatementTables): string {
  return `${names.join(', ')} in ${kind}: ${sql.replaceAll(/\s+/g, ' ').trim().slice(0, 2_000)}`
}
