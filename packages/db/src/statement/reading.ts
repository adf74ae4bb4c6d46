/** What the reader finds in a statement. */

/** A table where it is named. */
export interface TableUse {
  readonly schema: string | undefined
  readonly name: string
  /** By what its columns are qualified. */
  readonly alias: string
  isWritten: boolean
  /** Whether its columns may have other names here: those of a list behind its alias, or of a join with an alias. */
  hasOtherNames: boolean
  /** Index of the first token of its name. */
  readonly at: number
  /** The names of `with` that may hide it. */
  readonly scope: Scope | undefined
  readonly part: Part
}

/** A select, insert, update, delete or merge: what one `where` is about. */
export interface Part {
  readonly verb: string
  readonly uses: TableUse[]
  /** How many tables, subqueries and functions its rows come from; rather too many than too few. */
  sources: number
  /** Index of the first token of its condition; -1: it has none. */
  where: number
}

/** Names of a `with`, each with the index of the token from which on it hides a table. */
export interface Scope {
  readonly names: Map<string, number>
  readonly outer: Scope | undefined
}

/**
 * What a statement does: it reads rows, writes rows, defines something (`ddl`), begins or ends a transaction, concerns
 * the session or the server rather than rows, or is not known to the reader.
 */
export type StatementKind = 'read' | 'write' | 'ddl' | 'transaction' | 'session' | 'unknown'

/** One statement of a string. */
export interface Reading {
  readonly kind: StatementKind
  readonly uses: readonly TableUse[]
  /** `false`: it may use any table. */
  readonly isComplete: boolean
  /** Index of its first token. */
  readonly start: number
  /** Index of the token after it. */
  readonly end: number
}
