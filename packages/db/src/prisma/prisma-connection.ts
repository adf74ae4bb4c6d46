/**
 * One connection of an adapter of Prisma. Outside of a transaction that is whichever one the adapter takes; `begin` of the
 * optimizer becomes a transaction of the adapter.
 */
import type { Column, DatabaseConnection, Params, RunOptions, WireResult } from '../driver/driver.ts'
import { type Control, controlOf } from '../orm/control.ts'
import type { Dialect } from '../statement/index.ts'
import { composite } from './composite.ts'
import type { PrismaAdapter, PrismaQuery, PrismaTransaction } from './driver-adapter.ts'

/** What a connection is made of. */
export interface PrismaConnectionOptions {
  readonly adapter: PrismaAdapter
  readonly dialect: Dialect
  /** Gives it back. */
  readonly release: () => void
}

const NOTHING: WireResult = { columns: [], rows: [], rowCount: 0 }
const ANY = { scalarType: 'unknown', arity: 'scalar' } as const

/** A connection. */
export class PrismaConnection implements DatabaseConnection {
  readonly identity: object
  readonly isEmbedded: boolean
  readonly isUntouched = true
  readonly #of: PrismaConnectionOptions
  #tx: PrismaTransaction | undefined
  #isolation: string | undefined

  constructor(options: PrismaConnectionOptions) {
    this.#of = options
    this.identity = options.adapter
    this.isEmbedded = options.dialect === 'sqlite'
  }

  get inTransaction(): boolean {
    return this.#tx !== undefined
  }

  isInTransaction(): Promise<boolean> {
    return Promise.resolve(this.inTransaction)
  }

  async run(sql: string, params: Params, { asText = false, ...how }: RunOptions = {}): Promise<WireResult> {
    try {
      const control = controlOf(sql)
      if (control !== undefined && (await this.#control(control))) return NOTHING
      // Adapters refuse some types of the catalog of PostgreSQL; as text they take all.
      const isWrapped = asText && this.#of.dialect === 'postgres'
      const result = await this.#run(isWrapped ? `select q::text from (${sql}) q` : sql, params, how)
      return isWrapped ? { ...result, rows: result.rows.map(([row]) => composite(row as string)) } : result
    } catch (error) {
      throw withCode(error)
    }
  }

  release(): void {
    const open = this.#tx
    this.#tx = undefined
    if (open === undefined) this.#of.release()
    // It was not to be ended; the adapter may close its connection.
    else void open.rollback().then(this.#of.release, this.#of.release)
  }

  async #run(sql: string, params: Params, { argTypes, isCount }: RunOptions = {}): Promise<WireResult> {
    const on = this.#tx ?? this.#of.adapter
    // The adapter may change what it is given.
    const args = [...(params as readonly unknown[])]
    const query: PrismaQuery = { sql, args, argTypes: [...(argTypes ?? args.map(() => ANY))] as never[] }
    if (isCount === true) return { ...NOTHING, rowCount: await on.executeRaw(query) }
    const { columnNames, columnTypes, rows, lastInsertId } = await on.queryRaw(query)
    const columns = columnNames.map((name, at): Column => [name, columnTypes[at] ?? 0])
    return { columns, rows, rowCount: rows.length, header: { lastInsertId } }
  }

  /** Whether the statement is done with that; otherwise it is sent as it is. */
  async #control(control: Control): Promise<boolean> {
    switch (control.type) {
      case 'next':
        if (this.inTransaction) return false
        this.#isolation = control.options.isolation
        return true
      case 'begin': {
        const isolation = control.options.isolation ?? this.#isolation
        this.#isolation = undefined
        this.#tx = await this.#of.adapter.startTransaction(isolation?.toUpperCase() as never)
        if (control.options.readOnly === true && this.#of.dialect === 'postgres')
          await this.#run('set transaction read only', [])
        return true
      }
      case 'commit':
      case 'rollback':
        await this.#end(control.type)
        return true
      default:
        return false
    }
  }

  async #end(how: 'commit' | 'rollback'): Promise<void> {
    const open = this.#tx
    if (open === undefined) return
    if (!open.options.usePhantomQuery) await this.#run(how.toUpperCase(), [], { isCount: true })
    this.#tx = undefined
    await open[how]()
  }
}

/** Adapters keep the code of the driver within the cause. Without one it is an error of the connection. */
function withCode(error: unknown): unknown {
  const { cause } = (error ?? {}) as { readonly cause?: { readonly originalCode?: unknown } }
  const { originalCode: code } = cause ?? {}
  if (typeof code !== 'string' && typeof code !== 'number') return error
  return Object.defineProperties(error as object, {
    code: { value: String(code), configurable: true },
    severity: { value: 'ERROR', configurable: true },
  })
}
