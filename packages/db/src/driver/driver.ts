/**
 * The port that a database implements: connections that run statements and hand over what came over the wire, and the
 * parsers that make rows of it. A driver has no pool of its own and decides nothing.
 */
import type { Params } from '../dependencies/operands.ts'
import type { Dialect } from '../statement/index.ts'

export type { Params }

/** A column of a result: its name and the driver's id of its type. */
export type Column = readonly [name: string, type: number]

/** What a statement returned, as it came over the wire. */
export interface WireResult {
  /** Columns, in order; none for a statement that returns no rows. */
  readonly columns: readonly Column[]
  /** Rows: one value for each column. Never changed by anybody. */
  readonly rows: readonly (readonly unknown[])[]
  /** How many rows were returned or changed. */
  readonly rowCount: number
  /** Key that the database gave to an inserted row, where the driver reports it. */
  readonly insertId?: number | bigint | undefined
  /** What the server calls the command, where the driver reports it. */
  readonly command?: string | undefined
  /** What the driver itself returned for a statement without rows, where that says more. */
  readonly header?: object | undefined
}

/** Makes a value of a field, as `typeCast` of `mysql2`. */
export type MysqlTypeCast = (field: never, next: () => unknown) => unknown

/** How a statement is run. */
export interface RunOptions {
  /** Prepare it under this name and keep it, where the driver can. */
  readonly name?: string | undefined
  /** Leave the parsers of the program out: values come as strings, where they would not come as they are. */
  readonly asText?: boolean | undefined
  /** Of `mysql2`: how values are made, in place of the way of the pool. */
  readonly typeCast?: MysqlTypeCast | undefined
  /** Of adapters of Prisma: what each parameter is. */
  readonly argTypes?: readonly unknown[] | undefined
  /** Of adapters of Prisma: how many rows it changed is asked for, and no rows. */
  readonly isCount?: boolean | undefined
}

/** One connection, lent by a driver. */
export interface DatabaseConnection {
  /** The connection itself: the same object each time that it is lent. */
  readonly identity: object
  /** Whether it is the only one of an embedded database, which is never closed. */
  readonly isEmbedded: boolean
  /** Whether nobody but us has used it since it was lent the last time; `false` where that is not known. */
  readonly isUntouched: boolean
  /** The process or thread of the server that runs its statements, where the driver knows it. */
  readonly serverProcess?: number | null | undefined
  /** Whether a transaction is open on it, as far as the driver knows without asking the server. */
  readonly inTransaction: boolean | undefined
  /** Runs a statement. Fails with the driver's own error. */
  run(sql: string, params: Params, options?: RunOptions): Promise<WireResult>
  /** Asks the server whether a transaction is open. */
  isInTransaction(): Promise<boolean>
  /** Gives it back; with `true` it is closed instead. */
  release(isBroken?: boolean): void
}

/** Connections of a pool. */
export interface PoolUsage {
  /** Connections in use. */
  readonly active: number
  /** Connections that are open and unused. */
  readonly idle: number
  /** Callers that wait for one. */
  readonly waiting: number
}

/** Makes a row from what came over the wire, by the parsers of the driver. */
export type RowMaker = (values: readonly unknown[]) => Record<string, unknown>

/** A database, as the optimizer uses it. Made by `pg()`, `mysql()`, `sqlite()` or `pglite()`. */
export interface DatabaseDriver {
  /** Which driver it is: `'pg'`, `'mysql2'`, `'sqlite'`, `'pglite'`. */
  readonly kind: string
  /** The SQL that it takes. */
  readonly dialect: Dialect
  /** Which database it is, as far as this is known without asking it. */
  readonly identity: string
  /** What bytes are in the rows of it. */
  readonly bytes: 'buffer' | 'array'
  /** How many statements each connection keeps prepared at most; 0 for none. */
  readonly maxPrepared: number
  /** Takes a connection. */
  acquire(): Promise<DatabaseConnection>
  /**
   * What makes rows of these columns. Called once a connection has been lent, as some drivers have parsers for each of
   * them.
   */
  rowMaker(columns: readonly Column[]): RowMaker
  /**
   * MySQL: whether the values of a type are written as strings by `cast(… as char)` such that they compare with the
   * column as the values do. Default: those of all types are.
   */
  readonly isExactAsText?: ((type: number) => boolean) | undefined
  /** A value of a type, as it came, in the form that parameters have to have. Default: as it came. */
  readonly asParam?: ((value: unknown, type: number) => unknown) | undefined
  /** Connections of the pool, where it says so. */
  usage?(): PoolUsage
  /** Whether an error of a statement says that the database changed nothing. */
  isRejected(error: unknown): boolean
  /**
   * Whether an error may come from a statement that was prepared for another schema. It is run once more without its name:
   * what writes is not prepared.
   */
  isOutOfDate?(error: unknown): boolean
}
