const MIGRATE = 'Call `await tier.migrate()` once before, or run what `tier.schema()` says.'
const RIGHTS = 'This user lacks a right. Give it those that the page on SQL names.'
const PRIMARY = 'The server only reads. Connect to the primary.'
const CROWDED = 'The server has too many connections. Make the pools smaller.'

const SILENT = 'The server does not respond in time. Look at it and at what lies before it, or enlarge the pool.'

/** What to do about an error of MySQL or MariaDB, by its name or the code of the socket. */
const WAYS: Readonly<Record<string, string>> = {
  ER_NO_SUCH_TABLE: `Its tables are missing. ${MIGRATE}`,
  ER_SP_DOES_NOT_EXIST: `Its procedures are missing. ${MIGRATE}`,
  ER_TABLEACCESS_DENIED_ERROR: RIGHTS,
  ER_PROCACCESS_DENIED_ERROR: RIGHTS,
  ER_DBACCESS_DENIED_ERROR: RIGHTS,
  ER_COLUMNACCESS_DENIED_ERROR: RIGHTS,
  ER_OPTION_PREVENTS_STATEMENT: PRIMARY,
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: PRIMARY,
  ER_ACCESS_DENIED_ERROR: 'The user or the password is wrong.',
  ER_BAD_DB_ERROR: 'The database does not exist. Create it.',
  ER_NO_DB_ERROR: 'The pool names no database. Give it one.',
  ER_CON_COUNT_ERROR: CROWDED,
  ER_TOO_MANY_USER_CONNECTIONS: CROWDED,
  ER_USER_LIMIT_REACHED: CROWDED,
  ER_DISK_FULL: 'The disk of the server is full. Make room.',
  ER_RECORD_FILE_FULL: 'The disk of the server is full. Make room.',
  ER_NET_PACKET_TOO_LARGE: 'The value is larger than the server takes. Raise its `max_allowed_packet`.',
  ER_LOCK_WAIT_TIMEOUT: 'Another transaction holds its rows for too long. Look for long transactions.',
  ETIMEDOUT: SILENT,
  ECONNRESET: 'The connection was cut. Look at the server, and at what lies before it.',
  PROTOCOL_CONNECTION_LOST: 'The connection was cut. Look at the server, and at what lies before it.',
  ECONNREFUSED: 'Nothing listens there. Start the server, or correct the address.',
  ENOTFOUND: 'The name of the server cannot be resolved. Correct the address.',
}

/** A sentence to add, or nothing. */
export function adviceOn(cause: unknown): string {
  const way = WAYS[codeOf(cause)]
  return way === undefined ? '' : ` ${way}`
}

/** Two transactions waited for each other, and the server has ended this one: to try again is the thing to do. */
export function isDeadlock(cause: unknown): boolean {
  return codeOf(cause) === 'ER_LOCK_DEADLOCK'
}

/** Somebody else has created it. */
export function isThere(cause: unknown): boolean {
  return codeOf(cause) === 'ER_SP_ALREADY_EXISTS'
}

/** Whether the server itself said so: the connection is as good as before. */
export function isOfServer(cause: unknown): boolean {
  const { fatal } = (cause ?? {}) as { readonly fatal?: unknown }
  return codeOf(cause).startsWith('ER_') && fatal !== true
}

export function isMissing(cause: unknown): boolean {
  return codeOf(cause) === 'ER_NO_SUCH_TABLE'
}

function codeOf(cause: unknown): string {
  const { code } = (cause ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : ''
}
