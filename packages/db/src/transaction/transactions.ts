/** Begins transactions, runs their functions, and ends them. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { SchemaWatch } from '../catalog/schema-watch.ts'
import { isConnectionError, rollBack } from '../connections/ending.ts'
import type { Lender, Lent } from '../connections/lender.ts'
import { movesNames, sessionOf } from '../keys/result-key.ts'
import type { DatabaseTransaction, SessionOptions, TransactionOptions } from '../query-optimizer.ts'
import { foreignTransactionError, rolledBackError } from './errors.ts'
import { beginStatements, settingsStatement } from './statements.ts'
import { Transaction } from './transaction.ts'
import { TransactionEnd, type TransactionEndOptions } from './transaction-end.ts'
import { TransactionHost, type TransactionHostOptions } from './transaction-host.ts'

/** What transactions work with. */
export interface TransactionsOptions extends TransactionEndOptions, TransactionHostOptions {
  readonly schema: SchemaWatch
  readonly lender: Lender
}

/** The function of a transaction. */
type Run<Result> = (tx: DatabaseTransaction) => Result | Promise<Result>

/** Runs transactions. */
export class Transactions {
  readonly #of: TransactionsOptions
  readonly #host: TransactionHost
  readonly #end: TransactionEnd
  readonly #context: AsyncLocalStorage<Transaction> | undefined
  #open = 0

  constructor(options: TransactionsOptions) {
    this.#of = options
    this.#host = new TransactionHost(options)
    this.#end = new TransactionEnd(options)
    this.#context = options.settings.context ? new AsyncLocalStorage() : undefined
  }

  /** How many are open. */
  get open(): number {
    return this.#open
  }

  /** The transaction whose function the caller is in, where the optimizer was asked to know. */
  current(): Transaction | undefined {
    const tx = this.#context?.getStore()
    return tx?.isOver === false ? tx : undefined
  }

  /** Runs one; resolves when what it wrote is invalidated. */
  async run<Result>(run: Run<Result>, options: TransactionOptions): Promise<Result> {
    const { settings, schema, lender, watch } = this.#of
    const place = watch.place()
    const session = sessionOf(options, settings)
    await schema.ready()
    const lent = await lender.take()
    if (lent.wasInTransaction) {
      lent.release()
      throw foreignTransactionError()
    }
    const tx = this.#begun(lent, options, session)
    const stopWatching = watch.forLeak(place)
    this.#open++
    try {
      await this.#begin(lent, options, session)
      return await this.#runAndEnd(tx, run)
    } finally {
      tx.end()
      schema.sessionUsed(lent, tx.shared.isMoved)
      stopWatching()
      this.#open--
    }
  }

  #begun(lent: Lent, options: TransactionOptions, session: SessionOptions | undefined): Transaction {
    const { isolation, readOnly = false, onCommit } = options
    // SQLite has one level, which keeps a snapshot.
    const isAsAsked = isolation === 'read committed' && this.#of.settings.driver.dialect !== 'sqlite'
    const isReadCommitted = isolation === undefined ? lent.profile.isReadCommitted : isAsAsked
    const isMoved = !this.#of.schema.fits(lent) || movesNames(session)
    return new Transaction({
      host: this.#host,
      within: (tx, act) => this.#within(tx, act),
      lent,
      ...{ session, isolation, readOnly },
      startedAt: this.#host.now(),
      onCommit: onCommit === undefined ? [] : [onCommit],
      mayUseCache: isReadCommitted && !isMoved,
      isMoved,
      isPermanent: false,
      isDoomed: false,
      savepoints: 0,
      statements: 0,
      running: 0,
    })
  }

  async #begin(lent: Lent, options: TransactionOptions, session: SessionOptions | undefined): Promise<void> {
    const { connection } = lent
    try {
      for (const sql of beginStatements(options, this.#of.settings.driver.dialect)) await connection.run(sql, [])
      const set = session?.settings && settingsStatement(session.settings)
      if (set !== undefined) await connection.run(set.sql, set.params)
    } catch (error) {
      if (!isConnectionError(error) || connection.isEmbedded) await rollBack(connection)
      // An isolation level may have been set for the transaction that comes next.
      lent.release(true)
      throw error
    }
  }

  async #runAndEnd<Result>(tx: Transaction, run: Run<Result>): Promise<Result> {
    let result: Result
    try {
      result = await this.#within(tx, () => run(tx))
      tx.end()
      if (tx.shared.isDoomed) throw rolledBackError()
    } catch (error) {
      tx.end()
      await this.#end.rollBack(tx)
      throw error
    }
    await this.#end.commit(tx)
    return result
  }

  #within<Result>(tx: Transaction, run: () => Result): Result {
    return this.#context === undefined ? run() : this.#context.run(tx, run)
  }
}
