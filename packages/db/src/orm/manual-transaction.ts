/**
 * A transaction that is ended by calls instead of by the end of a function, as ORMs do it. Underneath it is
 * `db.transaction` with a function that waits to be told how it ends; each savepoint is a nested one.
 */
import { DatabaseError } from '@hotpath/contract'
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

  private constructor(level: Level) {
    this.#levels = [level]
  }

  /** Begins one. */
  static async begin(db: QueryOptimizer, options: TransactionOptions): Promise<ManualTransaction> {
    return new ManualTransaction(await open('', (run) => db.transaction(run, options)))
  }

  /** What its statements are run by. */
  get tx(): DatabaseTransaction {
    return (this.#levels.at(-1) as Level).tx
  }

  /** Sets a savepoint. */
  async savepoint(name: string): Promise<void> {
    const { tx } = this
    this.#levels.push(await open(name, (run) => tx.transaction(run)))
  }

  /** Undoes what came after a savepoint, which stays. */
  async rollbackTo(name: string): Promise<void> {
    await this.#endDownTo(name, 'undo')
    await this.savepoint(name)
  }

  /** Keeps what came after a savepoint. */
  release(name: string): Promise<void> {
    return this.#endDownTo(name, 'keep')
  }

  /** Commits it, with all that was not undone. */
  commit(): Promise<void> {
    return this.#endAll(0, 'keep')
  }

  /** Undoes all of it. */
  rollback(): Promise<void> {
    return this.#endAll(0, 'undo')
  }

  async #endDownTo(name: string, outcome: Outcome): Promise<void> {
    const at = this.#levels.findLastIndex((level, depth) => depth > 0 && level.name === name)
    if (at < 0) throw unknownSavepoint(name)
    await this.#endAll(at, outcome)
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
