/** What the catalog says of tables, as far as advice needs it. */

/** An index. */
export interface IndexFacts {
  readonly name: string
  /** Its columns in order; empty where they are no plain columns, or not all rows are in it. */
  readonly columns: readonly string[]
  /** The same, each with how it is sorted: what has to be the same for one index to replace another. */
  readonly parts: readonly string[]
  /** Whether rows are kept unique by it. */
  readonly isUnique: boolean
  /** Whether it is the primary key, or belongs to a constraint. */
  readonly isConstraint: boolean
  /** Which kind of index it is, and what it has besides its columns. */
  readonly method: string
  /** How often it was used, where the server counts that. */
  readonly uses: number | undefined
}

/** A table. */
export interface TableFacts {
  /** With its schema, except in SQLite. */
  readonly name: string
  /** As it is written in SQL. */
  readonly sqlName: string
  /** About how many rows it has. Where counting would take long: at least so many. */
  readonly rows: number
  /** Whether the planner has statistics of it that are not out of date. */
  readonly hasStatistics: boolean
  /** How often it was read, where the server counts that. */
  readonly reads: number | undefined
  readonly columns: readonly string[]
  readonly indexes: readonly IndexFacts[]
  /** Columns of its foreign keys. */
  readonly foreignKeys: readonly (readonly string[])[]
}

/** What is known of a database. */
export interface DatabaseFacts {
  readonly tables: ReadonlyMap<string, TableFacts>
  /** Memory for a sort, where it is a setting. */
  readonly sortMemoryBytes: number | undefined
  /** The schema of HypoPG, where it is installed. */
  readonly hypopg: string | undefined
  /** What is not known, and why, in a sentence each. */
  readonly unknown: readonly string[]
}

/** Runs a statement past the cache and returns its rows. */
export type AskRows = <Of extends object>(sql: string, params?: readonly unknown[]) => Promise<readonly Of[]>

/** The table that is written so in a statement: with its schema, or in one that the session looks into. */
export function tableNamed(
  { tables }: DatabaseFacts,
  { schema, name }: { readonly schema: string | undefined; readonly name: string },
): TableFacts | undefined {
  const exact = tables.get(schema === undefined ? name : `${schema}.${name}`)
  if (exact !== undefined || schema !== undefined) return exact
  const inSchemas = [...tables.values()].filter((table) => table.name.endsWith(`.${name}`))
  return (
    inSchemas.find((table) => table.name === `public.${name}`) ?? (inSchemas.length === 1 ? inSchemas[0] : undefined)
  )
}

/** Whether an index begins with these columns, in any order. */
export function beginsWith({ columns }: Pick<IndexFacts, 'columns'>, wanted: readonly string[]): boolean {
  return (
    wanted.length > 0 &&
    columns.length >= wanted.length &&
    wanted.every((column) => columns.indexOf(column) < wanted.length && columns.includes(column))
  )
}
