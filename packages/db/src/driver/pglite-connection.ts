/**
 * The connection of a PGlite. A transaction of the optimizer is one of PGlite itself, which lets nobody else run statements until
 * it has ended: what the program runs on the same instance past us waits, instead of being a part of it.
 */
import type { Column, DatabaseConnection, Params, WireResult } from './driver.ts'
import { isInPostgresTransaction } from './postgres-errors.ts'

/** Parsers of PGlite, by type. */
export type PgliteParsers = Readonly<Record<number, (value: string, type?: number) => unknown>>

/** Runs statements: a PGlite, or a transaction of it. */
export interface PgliteQueryable {
  /** Runs a statement. */
  query(
    sql: string,
    params?: never[],
    options?: {
      /** Rows come as arrays. */ readonly rowMode?: 'array'
      /** How values are read. */ readonly parsers?: PgliteParsers
    },
  ): Promise<{
    /** Columns. */
    readonly fields: readonly {
      /** Name of the column. */ readonly name: string
      /** Its type. */ readonly dataTypeID: number
    }[]
    /** One array for each row. */
    readonly rows: unknown[]
    /** How many rows were changed. */
    readonly affectedRows?: number | undefined
    /** How many rows were returned or changed, where PostgreSQL says so. */
    readonly rowCount?: number | undefined
    /** What PostgreSQL did, where it is reported. */
    readonly command?: string | undefined
  }>
}

/** A transaction of PGlite. */
export interface PgliteTransaction extends PgliteQueryable {
  /** Undoes it. */
  rollback(): Promise<void>
}

/** As much of PGlite as is needed. It is never closed. */
export interface PgliteDatabase extends PgliteQueryable {
  /** Runs a transaction; what else the program runs on it waits for the end of it. */
  transaction<Result>(run: (tx: PgliteTransaction) => Promise<Result>): Promise<Result>
  /** Its parsers, with those that were given to it. */
  readonly parsers?: PgliteParsers | undefined
  /** Resolves when it may be used. */
  readonly waitReady?: Promise<void> | undefined
}

type Outcome = 'commit' | 'rollback'

/** A transaction that is open. */
interface Open {
  readonly tx: PgliteTransaction
  /** Ends it; resolves when that is done. */
  end(outcome: Outcome): Promise<void>
}

const NOTHING: WireResult = { columns: [], rows: [], rowCount: 0 }

/** What was to be committed was rolled back, as a statement in it had failed. */
const ROLLED_BACK = '25P02'

/**
 * @param usual - Parsers that it has besides those of its list.
 * @param giveBack - Lets the next one have it.
 */
export function pgliteConnection(
  database: PgliteDatabase,
  usual: PgliteParsers,
  giveBack: () => void,
): DatabaseConnection {
  let open: Open | undefined

  async function run(sql: string, params: Params): Promise<WireResult> {
    if (open === undefined) {
      const [begin, modes = ''] = /^begin(?: (.*))?$/.exec(sql) ?? []
      if (begin === undefined) return runOn(database, sql, params)
      open = await begun(database)
      return modes === '' ? NOTHING : run(`set transaction ${modes}`, [])
    }
    return sql === 'commit' || sql === 'rollback' ? end(open, sql) : runOn(open.tx, sql, params)
  }

  async function end(ending: Open, outcome: Outcome): Promise<WireResult> {
    open = undefined
    try {
      await ending.end(outcome)
      return NOTHING
    } catch (error) {
      const { code } = (error ?? {}) as { readonly code?: unknown }
      if (outcome === 'commit' && code === ROLLED_BACK) return { ...NOTHING, command: 'ROLLBACK' }
      throw error
    }
  }

  async function runOn(on: PgliteQueryable, sql: string, params: Params): Promise<WireResult> {
    const options = { rowMode: 'array', parsers: withoutParsers({ ...usual, ...database.parsers }) } as const
    const { fields, rows, affectedRows = 0, rowCount, command } = await on.query(sql, params as never, options)
    const columns = fields.map(({ name, dataTypeID }): Column => [name, dataTypeID])
    return {
      columns,
      rows: rows as unknown[][],
      rowCount: columns.length > 0 ? rows.length : affectedRows,
      command,
      header: rowCount === undefined ? { affectedRows } : { affectedRows, rowCount },
    }
  }

  return {
    identity: database,
    isEmbedded: true,
    // The program may use it directly.
    isUntouched: false,
    /** Outside of a transaction of ours the program may have begun one. */
    get inTransaction() {
      return open === undefined ? undefined : true
    },
    run,
    isInTransaction: () => isInPostgresTransaction(run),
    release() {
      if (open === undefined) giveBack()
      else void end(open, 'rollback').then(giveBack, giveBack)
    },
  }
}

/** Begins a transaction that is ended by a call instead of by the end of a function. */
function begun(database: PgliteDatabase): Promise<Open> {
  return new Promise((resolve, reject) => {
    let settle: (outcome: Outcome) => void
    const ending = new Promise<Outcome>((settled) => (settle = settled))
    const done = database.transaction(async (tx) => {
      const end = (outcome: Outcome): Promise<void> => {
        settle(outcome)
        return done
      }
      resolve({ tx, end })
      if ((await ending) === 'rollback') await tx.rollback()
    })
    // Once it has begun, whoever ends it sees this.
    done.catch(reject)
  })
}

/** In place of each parser that it has, one that does nothing. It copies them, so that they have to be listed. */
function withoutParsers(parsers: PgliteParsers): PgliteParsers {
  return Object.fromEntries(Object.keys(parsers).map((type) => [type, (value: string) => value]))
}
