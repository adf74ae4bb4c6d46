/**
 * One transaction on one connection. What its statements change is collected, level by level as savepoints begin, and
 * handed over when it has ended. Nothing that is read on its connection is ever kept.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Token } from '@hotpath/contract'
import { checkQueryOptions, checkStatement, checkTransaction } from '../call-options.ts'
import { checkParams } from '../call-params.ts'
import { isTransactionOpen } from '../connections/ending.ts'
import type { Lent } from '../connections/lender.ts'
import { prepareFor } from '../connections/statement-runner.ts'
import type { Params, WireResult } from '../driver/driver.ts'
import { OneAtATime } from '../driver/one-at-a-time.ts'
import type {
  DatabaseTransaction,
  Isolation,
  QueryOptions,
  QueryResult,
  Row,
  SessionOptions,
  TransactionOptions,
} from '../query-optimizer.ts'
import type { Plan } from '../read/plan.ts'
import { wireFormOf } from '../read/wire.ts'
import { Changes } from '../write/changes.ts'
import { controlError, endedError, notApartError, readOnlyError } from './errors.ts'
import type { TransactionHost } from './transaction-host.ts'

/** What all levels of a transaction have in common. */
export interface SharedByLevels {
  readonly host: TransactionHost
  /** Runs a nested part where it sees its own transaction. */
  readonly within: <Result>(tx: Transaction, run: () => Result) => Result
  readonly lent: Lent
  readonly session: SessionOptions | undefined
  readonly isolation: Isolation | undefined
  readonly readOnly: boolean
  readonly startedAt: number
  readonly onCommit: ((token: Token) => void)[]
  /** Whether reads may be served by the cache so far. */
  mayUseCache: boolean
  /** Whether names may stand for other tables than those of the catalog. */
  isMoved: boolean
  /** Whether some of what was changed may stay after a rollback. */
  isPermanent: boolean
  /** Whether it must not be committed any more. */
  isDoomed: boolean
  savepoints: number
  statements: number
  /** Statements that the database has not finished. */
  running: number
}

/** The part whose function the caller is in. It knows that of `tx` by which it begins another, which may be an outer one. */
const inPart = new AsyncLocalStorage<Transaction>()

/** A level of a transaction: all of it, or the part since a savepoint. */
export class Transaction implements DatabaseTransaction {
  readonly shared: SharedByLevels
  readonly #outer: Transaction | undefined
  readonly #own = new Changes()
  /** Parts that have begun and were not undone: a commit keeps what they did, whether they have ended or not. */
  readonly #parts = new Set<Transaction>()
  /** Savepoints of one connection lie within each other, so one part has to end before the next one begins. */
  readonly #turns = new OneAtATime()
  #isOver = false

  constructor(shared: SharedByLevels, outer?: Transaction) {
    this.shared = shared
    this.#outer = outer
  }

  /** Whether it has ended, by itself or with what it is a part of. */
  get isOver(): boolean {
    return this.#isOver || this.#outer?.isOver === true
  }

  /** What its statements may have changed. */
  get changes(): Changes {
    if (this.#parts.size === 0) return this.#own
    const all = new Changes()
    all.merge(this.#own)
    for (const part of this.#parts) all.merge(part.changes)
    return all
  }

  /** It has ended: further statements are refused, and so are parts that wait. */
  end(): void {
    this.#isOver = true
    for (const part of this.#parts) part.end()
    this.#turns.end()
  }

  async query<Of = Row>(sql: string, params?: Params, options?: QueryOptions): Promise<Of[]> {
    const { rows } = await this.executeWithStats<Of>(sql, params, options)
    return rows
  }

  async executeWithStats<Of = Row>(
    sql: string,
    params: Params = [],
    options: QueryOptions = {},
  ): Promise<QueryResult<Of>> {
    if (this.isOver) throw endedError()
    checkStatement(sql, params)
    const { shared } = this
    const plan = shared.host.plan(sql)
    if (plan.statement.endsTransaction) throw controlError()
    // Where the database would let it.
    if (shared.readOnly && (plan.isPermanent || (plan.dialect === 'sqlite' && plan.mayWrite))) throw readOnlyError()
    checkQueryOptions(options)
    checkParams(plan, params)
    this.#assertSame(options)
    options.signal?.throwIfAborted()
    shared.statements++
    const isCached = plan.bypass === undefined && options.cache !== false && options.refresh !== true
    // What runs may fail yet, and then PostgreSQL refuses all that comes after it.
    if (isCached && shared.mayUseCache && shared.running === 0) {
      const found = await shared.host.lookUp(plan, params, options, shared.session)
      if (found !== undefined) return found as QueryResult<Of>
      if (this.isOver) throw endedError()
    }
    return (await this.#run(plan, params, options)) as QueryResult<Of>
  }

  async transaction<Result>(
    run: (tx: DatabaseTransaction) => Result | Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    if (this.isOver) throw endedError()
    checkTransaction(run, options)
    this.#assertSame(options)
    const around = this.#partAround()
    // It would wait for itself.
    if (around !== undefined) return around.transaction(run, options)
    const endTurn = await this.#turns.take()
    try {
      if (this.isOver) throw endedError()
      return await this.#runPart(run, options)
    } finally {
      endTurn()
    }
  }

  /** The innermost part of this level that is open and that the caller is in. */
  #partAround(): Transaction | undefined {
    let innermost: Transaction | undefined
    for (let at = inPart.getStore(); at !== undefined; at = at.#outer) {
      if (at === this) return innermost
      if (!at.isOver) innermost ??= at
    }
    return undefined
  }

  async #runPart<Result>(
    run: (tx: DatabaseTransaction) => Result | Promise<Result>,
    { onCommit }: TransactionOptions,
  ): Promise<Result> {
    const { shared } = this
    const { connection } = shared.lent
    const name = `hotpath_${++shared.savepoints}`
    await connection.run(`savepoint ${name}`, [])
    const part = new Transaction(shared, this)
    this.#parts.add(part)
    let result: Result
    try {
      result = await inPart.run(part, () => shared.within(part, () => run(part)))
      // The connection may be somebody else's by now.
      if (this.isOver) throw endedError()
      part.end()
      // Refused where an error within it was caught: PostgreSQL has given up on all since the savepoint.
      await connection.run(`release savepoint ${name}`, [])
    } catch (error) {
      part.end()
      if (!this.isOver && (await this.#undo(name)) && !shared.isPermanent) this.#parts.delete(part)
      throw error
    }
    if (onCommit !== undefined) shared.onCommit.push(onCommit)
    return result
  }

  /** @throws DatabaseError when something within it is to be otherwise than all of it. */
  #assertSame({ session, isolation, readOnly }: TransactionOptions): void {
    const { shared: own } = this
    if (session !== undefined && !isSameSession(session, own.session)) throw notApartError('session')
    if (isolation !== undefined && isolation !== own.isolation) throw notApartError('isolation')
    if (readOnly !== undefined && readOnly !== own.readOnly) throw notApartError('readOnly')
  }

  /** Whether that was possible. */
  async #undo(savepoint: string): Promise<boolean> {
    const { connection } = this.shared.lent
    try {
      await connection.run(`rollback to savepoint ${savepoint}`, [])
      await connection.run(`release savepoint ${savepoint}`, [])
      return true
    } catch {
      // The part cannot be undone alone. Its own error is the one to be seen.
      this.shared.isDoomed = true
      return false
    }
  }

  async #run(plan: Plan, params: Params, options: QueryOptions): Promise<QueryResult> {
    const { shared } = this
    const { host, lent } = shared
    // A lock, a setting or a function may be what the next read relies on.
    if (plan.bypass !== undefined && plan.bypass !== 'system') shared.mayUseCache = false
    prepareFor(lent, plan)
    // Statements that are more than rows may commit by themselves.
    if (plan.isPermanent || plan.mayChangeSession) shared.isPermanent = true
    host.collect(this.#own, plan, params)
    if (shared.isMoved && plan.mayWrite) this.#own.addAll()
    if (plan.mayChangeSession) shared.isMoved = true
    const startedAt = host.now()
    let result: WireResult
    shared.running++
    try {
      result = await lent.connection.run(plan.sql, params, wireFormOf(options)?.run?.how)
    } catch (error) {
      shared.mayUseCache = false
      // A deadlock or a full disk rolls back all of it, and what follows is committed statement by statement.
      if (!(await isTransactionOpen(lent.connection))) {
        shared.isPermanent = true
        shared.isDoomed = true
      }
      throw error
    } finally {
      shared.running--
    }
    return host.finish(plan, result, { startedAt, ranMs: host.now() - startedAt, options })
  }
}

function isSameSession(one: SessionOptions | null, other: SessionOptions | undefined): boolean {
  // `null` is none, also where the transaction has none.
  return one !== null && one.key === other?.key && JSON.stringify(one.settings) === JSON.stringify(other.settings)
}
