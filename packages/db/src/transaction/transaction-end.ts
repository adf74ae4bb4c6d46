/** Ends transactions: commits or rolls back, gives the connection back, and invalidates what was written by one append. */
import { type Token, isHotpathError, isPromise } from '@hotpath/contract'
import { isConnectionError, rollBack } from '../connections/ending.ts'
import type { WireResult } from '../driver/driver.ts'
import type { Settings } from '../settings.ts'
import type { Watch } from '../watch/watch.ts'
import type { Append, Invalidations } from '../write/invalidations.ts'
import type { LateWrites } from '../write/late-writes.ts'
import { rolledBackError } from './errors.ts'
import type { Transaction } from './transaction.ts'

/** What ending works with. */
export interface TransactionEndOptions {
  readonly settings: Settings
  readonly invalidations: Invalidations
  readonly lateWrites: LateWrites
  readonly watch: Watch
}

/** Ends transactions. */
export class TransactionEnd {
  readonly #of: TransactionEndOptions

  constructor(options: TransactionEndOptions) {
    this.#of = options
  }

  /** Commits, and reports the token of what was invalidated. */
  async commit(tx: Transaction): Promise<void> {
    const { invalidations } = this.#of
    let token: Token | undefined
    try {
      token = tx.changes.isEmpty
        ? await this.#commit(tx, (changes) => invalidations.append(changes))
        : await invalidations.after((append) => this.#commit(tx, append))
    } catch (error) {
      // What it wrote could not be invalidated any more, so it is not committed.
      if (isHotpathError(error, 'ERR_CACHE_CLOSED')) await this.rollBack(tx)
      throw error
    }
    if (token !== undefined) for (const listener of tx.shared.onCommit) this.#call(listener, token)
  }

  /** Rolls back. */
  async rollBack(tx: Transaction): Promise<void> {
    const { lent, isPermanent } = tx.shared
    const isOver = await rollBack(lent.connection)
    lent.release(!isOver)
    if (isPermanent) {
      await this.#of.invalidations.append(tx.changes).catch(() => {})
      if (!isOver) this.#of.lateWrites.follow(lent, tx.changes)
    }
    this.#ended(tx, 'rolled-back')
  }

  async #commit(tx: Transaction, append: Append): Promise<Token | undefined> {
    const { lent, isPermanent } = tx.shared
    const { connection } = lent
    let result: WireResult
    try {
      result = await connection.run('commit', [])
    } catch (error) {
      // A commit that is refused while the transaction stays open is undone by us.
      const mayUndo = connection.inTransaction === true && (connection.isEmbedded || !isConnectionError(error))
      const isUndone = (mayUndo && (await rollBack(connection))) || this.#of.settings.driver.isRejected(error)
      lent.release(!isUndone)
      if (!isUndone || isPermanent) await append(tx.changes).catch(() => {})
      if (!isUndone) this.#of.lateWrites.follow(lent, tx.changes)
      this.#ended(tx, isUndone ? 'rolled-back' : 'unknown')
      throw error
    }
    lent.release()
    if (result.command === 'ROLLBACK') {
      if (isPermanent) await append(tx.changes)
      this.#ended(tx, 'rolled-back')
      throw rolledBackError()
    }
    const token = await append(tx.changes)
    this.#ended(tx, 'committed')
    return token
  }

  #ended({ shared }: Transaction, outcome: 'committed' | 'rolled-back' | 'unknown'): void {
    const { settings, watch } = this.#of
    if (!watch.events.wants('transaction')) return
    const durationMs = settings.clock.monotonic() - shared.startedAt
    watch.events.emit({ type: 'transaction', outcome, durationMs, statements: shared.statements })
  }

  #call(listener: (token: Token) => void, token: Token): void {
    const failed = (cause: unknown): void =>
      this.#of.watch.fault('ERR_LISTENER_THREW', '`onCommit` threw. The transaction is committed.', cause)
    try {
      // An asynchronous function fits too; nobody waits for it.
      const called: unknown = listener(token)
      if (isPromise(called)) called.then(undefined, failed)
    } catch (cause) {
      failed(cause)
    }
  }
}
