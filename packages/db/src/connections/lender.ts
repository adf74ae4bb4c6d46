/**
 * Takes connections from the driver, within a time, and knows what each of them is like. Whoever takes one gives it back;
 * one that is kept too long is reported with the stack of who took it.
 */
import { type Clock, DatabaseError } from '@hotpath/contract'
import { Deadlines } from '@hotpath/contract/deadlines'
import { type SessionProfile, readProfile } from '../catalog/read-catalog.ts'
import type { DatabaseConnection, DatabaseDriver } from '../driver/driver.ts'
import { closedError } from './under-way.ts'

/** A connection that was lent. */
export interface Lent {
  readonly connection: DatabaseConnection
  readonly profile: SessionProfile
  /** How long it was waited for, in milliseconds. */
  readonly waitMs: number
  /** Whether a transaction was open on it already. */
  readonly wasInTransaction: boolean
  /** Forget what it is like: a statement may have changed that. */
  forget(): void
  /** Close it when it is given back: what a statement made on it would be in the way of all others. */
  discard(): void
  /** Gives it back. */
  release(isBroken?: boolean): void
}

/** What a lender works with. */
export interface LenderOptions {
  readonly driver: DatabaseDriver
  readonly clock: Clock
  readonly acquireMs: number
  /** How many of the connections are those of transactions of ours. */
  readonly openTransactions: () => number
}

/** Lends connections. */
export class Lender {
  readonly #options: LenderOptions
  readonly #profiles = new WeakMap<object, SessionProfile>()
  /** Connections that went back as they came: within a transaction, or without a look at them. */
  readonly #doubtful = new WeakSet<object>()
  /** Of those that wait; all may wait equally long. */
  readonly #deadlines: Deadlines
  #lent = 0
  #waiting = 0

  constructor(options: LenderOptions) {
    this.#options = options
    this.#deadlines = new Deadlines(options.clock, options.acquireMs)
  }

  /** Connections that are lent. */
  get lent(): number {
    return this.#lent
  }

  /** Callers that wait. */
  get waiting(): number {
    return this.#waiting
  }

  /** @throws DatabaseError `ERR_DB_POOL_TIMEOUT` when none is to be had in time; what the driver throws. */
  async take(): Promise<Lent> {
    const { driver, clock } = this.#options
    const startedAt = clock.monotonic()
    const connection = await this.#acquire()
    const waitMs = clock.monotonic() - startedAt
    this.#lent++
    let isBack = false
    let isDiscarded = false
    const release = (isBroken?: boolean): void => {
      if (isBack) return
      isBack = true
      this.#lent--
      connection.release(isBroken === true || isDiscarded)
    }
    try {
      // Somebody else may have set a role or a schema, made a temporary table, or begun a transaction.
      const isKnown = connection.isUntouched && !this.#doubtful.has(connection.identity)
      const wasInTransaction = connection.inTransaction ?? (!isKnown && (await connection.isInTransaction()))
      if (wasInTransaction) this.#doubtful.add(connection.identity)
      else this.#doubtful.delete(connection.identity)
      const known = isKnown ? this.#profiles.get(connection.identity) : undefined
      const profile = known ?? (await readProfile(connection, driver.dialect))
      // Forgotten while it is in use? Then it is read again the next time.
      if (known === undefined) this.#profiles.set(connection.identity, profile)
      const forget = (): void => void this.#profiles.delete(connection.identity)
      const discard = (): void => void (isDiscarded = true)
      return { connection, profile, waitMs, wasInTransaction, forget, discard, release }
    } catch (error) {
      release(true)
      throw error
    }
  }

  #acquire(): Promise<DatabaseConnection> {
    return new Promise((resolve, reject) => {
      // One of one's own may return it at once.
      const acquired = Promise.resolve(this.#options.driver.acquire())
      this.#waiting++
      let isWaiting = true
      const end = (): boolean => {
        const wasWaiting = isWaiting
        isWaiting = false
        if (wasWaiting) this.#waiting--
        return wasWaiting
      }
      const deadline = this.#deadlines.begin((isLate) => {
        end()
        reject(isLate ? poolTimeout(this.#options, this.#lent) : closedError())
      })
      acquired.then(
        (connection) => {
          this.#deadlines.end(deadline)
          if (end()) resolve(connection)
          else this.#giveBackUnseen(connection)
        },
        (error: unknown) => {
          this.#deadlines.end(deadline)
          if (end()) reject(error)
        },
      )
    })
  }

  /** Too late for the caller that it was taken for. Nobody has looked at it, so the next one does. */
  #giveBackUnseen(connection: DatabaseConnection): void {
    this.#doubtful.add(connection.identity)
    connection.release()
  }

  /** Fails the callers that still wait. */
  close(): void {
    this.#deadlines.close()
  }
}

function poolTimeout({ driver, acquireMs: limitMs, openTransactions }: LenderOptions, lent: number): DatabaseError {
  const usage = driver.usage?.()
  const open = openTransactions()
  const counts =
    usage === undefined ? '' : ` The pool has ${usage.active} in use and ${usage.idle} idle; ${usage.waiting} wait.`
  // Whoever waits within a transaction for what the transaction has is the most usual cause, and no larger pool helps.
  const wayOut =
    open === 0
      ? "Raise the pool's maximum or `acquireTimeout`, and look for transactions that stay open: the event `leak` names them."
      : "A `db.query` within the function of `db.transaction` waits for a connection beside that of the transaction: use `tx` there. Otherwise raise the pool's maximum or `acquireTimeout`; the event `leak` names transactions that stay open."
  return new DatabaseError(
    'ERR_DB_POOL_TIMEOUT',
    `No connection was free within ${limitMs} ms; ${lent} are lent to us, ${open} of them to transactions.${counts} ${wayOut}`,
    { context: { limitMs, lent, openTransactions: open, ...usage } },
  )
}
