/**
 * What an ORM takes for a connection: its statements run through the optimizer, and those between `begin` and `commit` in
 * one transaction. No connection is held outside of one.
 */
import { DatabaseError } from '@hotpath/contract'
import type { Params } from '../driver/driver.ts'
import type { QueryOptimizer, QueryOptions, TransactionOptions } from '../query-optimizer.ts'
import { WIRE, type WireForm, type WireOptions, type WireQueryResult } from '../read/wire.ts'
import { type Control, controlOf } from './control.ts'
import { controlError } from '../transaction/errors.ts'
import { ManualTransaction } from './manual-transaction.ts'

/** A connection, as an ORM has it. */
export class OrmSession {
  readonly #db: QueryOptimizer
  #transaction: ManualTransaction | undefined
  /** Nothing came after what began it. */
  #isEmpty = false
  #next: TransactionOptions = {}

  readonly #isOneCall: boolean

  /**
   * @param isOneCall - It is that of one statement, or of callers that know nothing of each other: transactions are not
   *   begun or ended by statements.
   */
  constructor(db: QueryOptimizer, { isOneCall = false }: { readonly isOneCall?: boolean } = {}) {
    this.#db = db
    this.#isOneCall = isOneCall
  }

  /** Whether a transaction is open. */
  get inTransaction(): boolean {
    return this.#transaction !== undefined
  }

  /** Runs a statement; `undefined` for one that begins or ends a transaction or a savepoint. */
  run<Of>(
    sql: string,
    params: Params,
    form: WireForm,
    options: QueryOptions = {},
  ): Promise<WireQueryResult<Of> | undefined> {
    const control = controlOf(sql)
    // Within a transaction it is about that one.
    if (control !== undefined && !(control.type === 'next' && this.inTransaction)) return this.#control(control)
    this.#isEmpty = false
    const asked: WireOptions = { ...options, [WIRE]: form }
    try {
      const on = this.#transaction?.tx ?? this.#db
      return on.executeWithStats<Of>(sql, params, asked) as Promise<WireQueryResult<Of>>
    } catch (error) {
      // A transaction whose savepoint could not be released.
      return Promise.reject(error)
    }
  }

  async #control(control: Control): Promise<undefined> {
    if (this.#isOneCall) throw controlError()
    await this.control(control)
  }

  /** Begins or ends a transaction or a savepoint. */
  async control(control: Control): Promise<void> {
    if (control.type === 'next') {
      this.#next = control.options
      return
    }
    if (control.type === 'begin') {
      if (this.#transaction !== undefined) throw nestedError()
      const options = { ...this.#next, ...withoutUndefined(control.options) }
      this.#next = {}
      this.#transaction = await ManualTransaction.begin(this.#db, options)
      this.#isEmpty = true
      return
    }
    const open = this.#transaction
    if (open === undefined) {
      // As databases take it.
      if (control.type === 'commit' || control.type === 'rollback') return
      throw outsideError(control.type)
    }
    switch (control.type) {
      case 'savepoint':
        return open.savepoint(control.name)
      case 'rollback-to':
        return open.rollbackTo(control.name)
      case 'release':
        return open.release(control.name)
      case 'commit':
        this.#transaction = undefined
        return open.commit()
      case 'rollback':
        this.#transaction = undefined
        return open.rollback()
    }
  }

  /**
   * The ORM is done with it. What it left open is rolled back.
   *
   * @throws DatabaseError `ERR_DB_TRANSACTION` where it was taken for nothing but the statement that began a transaction: those
   *   that were to follow would run outside of it.
   */
  async release(): Promise<void> {
    const isBeginAlone = this.inTransaction && this.#isEmpty
    await this.control({ type: 'rollback' })
    if (isBeginAlone) throw controlError()
  }
}

function withoutUndefined({ isolation, readOnly }: TransactionOptions): TransactionOptions {
  return { ...(isolation !== undefined && { isolation }), ...(readOnly !== undefined && { readOnly }) }
}

function nestedError(): DatabaseError {
  return new DatabaseError(
    'ERR_DB_TRANSACTION',
    'A transaction is open on this connection of the ORM. Use a savepoint for a part that is undone alone.',
  )
}

function outsideError(what: string): DatabaseError {
  return new DatabaseError('ERR_DB_TRANSACTION', `\`${what}\` needs a transaction that is open. Begin one by the ORM.`)
}
