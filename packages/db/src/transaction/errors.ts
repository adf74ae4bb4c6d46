/** Errors about transactions. */
import { DatabaseError } from '@hotpath/contract'

/** A statement that begins or ends a transaction. */
export function controlError(): DatabaseError {
  return new DatabaseError(
    'ERR_DB_TRANSACTION',
    'A statement that begins or ends a transaction would concern whichever connection runs it. Use `db.transaction(async (tx) => …)`, which commits when the function resolves.',
  )
}

/** A string of statements that ended within a transaction. */
export function leftOpenError(): DatabaseError {
  return new DatabaseError(
    'ERR_DB_TRANSACTION',
    'The statements left a transaction open, so what they changed was rolled back. Use `db.transaction(async (tx) => …)`, which commits when the function resolves.',
  )
}

/** The database rolled back what it was told to commit. */
export function rolledBackError(): DatabaseError {
  return new DatabaseError(
    'ERR_DB_ROLLED_BACK',
    'The database rolled the transaction back instead of committing it, because a statement in it had failed. Let the error of that statement end the function, or run it in `tx.transaction`.',
  )
}

/** A statement of a transaction that is over. */
export function endedError(): DatabaseError {
  return new DatabaseError(
    'ERR_DB_TRANSACTION',
    'The transaction has ended, and its connection was given back. Await all its statements within the function, and use the `tx` of the innermost one.',
  )
}

/** A connection that was given to us within a transaction. */
export function foreignTransactionError(): DatabaseError {
  return new DatabaseError(
    'ERR_DB_TRANSACTION',
    'The connection is in a transaction that was not begun by `db.transaction`, so that nobody knows when the statement takes effect. Use `db.transaction(async (tx) => …)`, and look for code that gives a connection back without `commit`.',
  )
}

/** A statement or a nested transaction with an option that all of a transaction has in common. */
export function notApartError(option: 'session' | 'isolation' | 'readOnly'): DatabaseError {
  return new DatabaseError(
    'ERR_DB_TRANSACTION',
    `All of a transaction has one \`${option}\`, so that of a statement or of a transaction within it must be the same. Leave it out there, or run that after the transaction.`,
  )
}

/** A write in a transaction that may not write, where the database does not refuse it. */
export function readOnlyError(): DatabaseError {
  return new DatabaseError(
    'ERR_DB_TRANSACTION',
    'The transaction is `readOnly`, so it may not change anything. Leave `readOnly` out of its options.',
  )
}
