import { StorageError } from '@hotpath/contract'

/** Whether an error says that the connection is gone, and not what was asked of it: opening it again may help. */
export function isConnectionLost(error: unknown): boolean {
  const { name, message } = (error ?? {}) as { readonly name?: unknown; readonly message?: unknown }
  return (
    // "The database connection is closing", or closed.
    name === 'InvalidStateError' ||
    // Its files were deleted, or WebKit's process for databases ended: "Connection to Indexed Database server lost".
    name === 'UnknownError' ||
    // A store that the upgrade made is gone: the database was deleted underneath and made again by somebody else.
    name === 'NotFoundError' ||
    // The browser closed the connection in the middle of a transaction.
    (name === 'AbortError' && /connection|clos|lost/i.test(String(message)))
  )
}

/** What a caller gets when `work` failed after its transaction was complete, as IndexedDB ends one without a request. */
export function endedEarly(cause: unknown, database: string): StorageError {
  return new StorageError(
    'ERR_STORAGE_FAILED',
    `A transaction of \`${database}\` ended before its \`work\`, and what it had written until then is stored. Await nothing else in it than its requests.`,
    { cause, context: { database } },
  )
}

/** What a caller gets when the database cannot even be opened: in some private modes, and where Chromium denies storage, it is no more than an `UnknownError`. */
export function openError(cause: unknown, database: string): unknown {
  if (!isConnectionLost(cause)) return storageError(cause, database)
  const details = { cause, context: { database } }
  return new StorageError(
    'ERR_STORAGE_UNAVAILABLE',
    `\`${database}\` cannot be opened. Go on without it, or reload the page.`,
    details,
  )
}

/** What a caller gets for an error of the browser; any other error is the caller's own. */
export function storageError(cause: unknown, database: string): unknown {
  if (!(cause instanceof DOMException)) return cause
  const details = { cause, context: { database } }
  switch (cause.name) {
    case 'QuotaExceededError':
      return new StorageError(
        'ERR_STORAGE_QUOTA',
        `The disk space of \`${database}\` is used up. Delete entries, then write again.`,
        details,
      )
    case 'VersionError':
      return new StorageError(
        'ERR_STORAGE_UNAVAILABLE',
        `\`${database}\` was upgraded by a newer page. Reload this one to go on with it.`,
        details,
      )
    case 'SecurityError':
    case 'NotAllowedError':
      return new StorageError(
        'ERR_STORAGE_UNAVAILABLE',
        `The browser's settings deny \`${database}\`. Go on without it.`,
        details,
      )
    case 'NotFoundError':
      return new StorageError(
        'ERR_STORAGE_FAILED',
        `\`${database}\` lacks a store of its \`stores\`. Raise \`version\`, so that it is made.`,
        details,
      )
    default:
      return new StorageError(
        'ERR_STORAGE_FAILED',
        `An operation on \`${database}\` failed. Nothing of it was stored.`,
        details,
      )
  }
}
