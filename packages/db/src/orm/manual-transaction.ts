/**
 * A transaction that is ended by calls instead of by the end of a function, as ORMs do it. Underneath it is
 * `db.transaction` with a function that waits to be told how it ends; each savepoint is a nested one.
 */
import { DatabaseError } from '@hotpath/contract'
import { rolledBackError } from '../transaction/errors.ts'
import type { DatabaseTransaction, QueryOptimizer, TransactionOptions } from '../query-optimizer.ts'

type Outcome = 'keep' | 'undo'

/** Begins a level with this function, and resolves or rejects when the level has ended. */
type Begin = (run: (tx: DatabaseTransaction) => Promise<void>) => Promise<void>

/** A transaction, or what follows a savepoint. */
interface Level {
  readonly name: string
  readonly tx: DatabaseTransaction
  /** Ends it; resolves when that is done. */
  end(outcome: Outcome): Promise<void>
}

/** Thrown in the function of a level that is undone. */
const UNDONE: unique symbol = Symbol('undone')

/** A transaction that is open. */
export class ManualTransaction {
  /** The innermost one last. */
  readonly #levels: Level[]
  /** The database refused to release a savepoint. Until it is rolled back to, that is what all else fails with. */
  #refused: { readonly error: unknown } | undefined

  private constructor(level: Level) {
    this.#levels = [level]
  }

  /** Begins one. */
  static async begin(db: QueryOptimizer, options: TransactionOptions): Promise<ManualTransaction> {
    return new ManualTransaction(await open('', (run) => db.transaction(run, options)))
  }

  /** What its statements are run by. */
  get tx(): DatabaseTransaction {
    this.#assertUsable()
    return (this.#levels.at(-1) as Level).tx
  }

  /** Sets a savepoint. */
  async savepoint(name: string): Promise<void> {
    const { tx } = this
    this.#levels.push(await open(name, (run) => tx.transaction(run)))
  }

  /** Undoes what came after a savepoint, which stays. */
  async rollbackTo(name: string): Promise<void> {
    const depth = this.#depthOf(name)
    this.#refused = undefined
    await this.#endAll(depth, 'undo')
    await this.savepoint(name)
  }

  /** Keeps what came after a savepoint. Where the database refuses that, the savepoint stays, to be rolled back to. */
  async release(name: string): Promise<void> {
    this.#assertUsable()
    const depth = this.#depthOf(name)
    const names = this.#levels.slice(depth).map((level) => level.name)
    try {
      await this.#endAll(depth, 'keep')
    } catch (error) {
      // They were undone; by their names they are to be found as in the database.
      for (const one of names) await this.savepoint(one).catch(() => {})
      this.#refused = { error }
      throw error
    }
  }

  /** Commits it, with all that was not undone. */
  async commit(): Promise<void> {
    if (this.#refused === undefined) return this.#endAll(0, 'keep')
    // What databases do with a transaction in which a statement has failed.
    await this.rollback()
    throw rolledBackError()
  }

  /** Undoes all of it. */
  rollback(): Promise<void> {
    return this.#endAll(0, 'undo')
  }

  #assertUsable(): void {
    if (this.#refused !== undefined) throw this.#refused.error
  }

  /** @throws DatabaseError `ERR_DB_TRANSACTION` where there is no such savepoint. */
  #depthOf(name: string): number {
    const depth = this.#levels.findLastIndex((level, at) => at > 0 && level.name === name)
    if (depth < 0) throw unknownSavepoint(name)
    return depth
  }

  /** From the innermost one to that at a depth. The last error counts: it is that of the outermost one. */
  async #endAll(depth: number, outcome: Outcome): Promise<void> {
    let failed: { readonly error: unknown } | undefined
    for (const level of this.#levels.splice(depth).toReversed()) {
      await level.end(failed === undefined ? outcome : 'undo').catch((error: unknown) => void (failed ??= { error }))
    }
    if (failed !== undefined) throw failed.error
  }
}

function open(name: string, begin: Begin): Promise<Level> {
  return new Promise((resolve, reject) => {
    let settle: (outcome: Outcome) => void
    const ended = new Promise<Outcome>((settled) => (settle = settled))
    const done = begin(async (tx) => {
      resolve({ name, tx, end })
      if ((await ended) === 'undo') throw UNDONE
    })
    const end = async (outcome: Outcome): Promise<void> => {
      settle(outcome)
      await done.catch((error: unknown) => {
        if (error !== UNDONE) throw error
      })
    }
    // Once it has begun, whoever ends it sees this.
    done.catch(reject)
  })
}

function unknownSavepoint(name: string): DatabaseError {
  return new DatabaseError(
    'ERR_DB_TRANSACTION',
    `The transaction has no savepoint \`${name}\`. It was released, or undone with one that was set before it.`,
  )
}
