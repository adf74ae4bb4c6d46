const SILENT = 'The server does not respond in time. Look at it and at what lies before it, or enlarge the pool.'

/** A prepared statement is not there, or there already: it belongs to a session, and another one was lent. */
const POOLER = 'A pooler lends sessions for one transaction. Use its session pooling, or connect past it.'

/** What to do about an error of PostgreSQL, by its SQLSTATE or the code of the socket. */
const WAYS: Readonly<Record<string, string>> = {
  '42P01': 'Its tables are missing. Call `await tier.migrate()` once before, or run what `tier.schema()` says.',
  '42883': 'Its functions are missing. Call `await tier.migrate()` once before, or run what `tier.schema()` says.',
  '42501': 'This user lacks a right. Give it those that the page on SQL names.',
  '25006':
    'The server or the session only reads. Connect to the primary, and leave `default_transaction_read_only` off.',
  '55000': 'The server is a replica. Connect to the primary.',
  '28P01': 'The password is wrong.',
  '28000': 'The server does not let this user in.',
  '3D000': 'The database does not exist. Create it.',
  '53100': 'The disk of the server is full. Make room.',
  '53300': 'The server has too many connections. Make the pools smaller.',
  '55P03': 'Another transaction holds its rows for too long. Look for long transactions.',
  '57014': 'The statement was ended. Raise `statement_timeout`, or look for what keeps the server busy.',
  '57P03': 'The server is starting.',
  '3F000': 'The schema does not exist. Correct the `search_path` of the pool.',
  '26000': POOLER,
  '42P05': POOLER,
  ETIMEDOUT: SILENT,
  ECONNRESET: 'The connection was cut. Look at the server, and at what lies before it.',
  ECONNREFUSED: 'Nothing listens there. Start the server, or correct the address.',
  ENOTFOUND: 'The name of the server cannot be resolved. Correct the address.',
}

/** A sentence to add, or nothing. */
export function adviceOn(cause: unknown): string {
  const way = WAYS[codeOf(cause)]
  return way === undefined ? '' : ` ${way}`
}

/** Of five characters, a digit among them. Lost connections, and those that the server is about to close, are left out. */
const USABLE = /^(?!08|57P)(?=.*\d)[0-9A-Z]{5}$/

/** Whether the server itself said so: the connection is as good as before. */
export function isOfServer(cause: unknown): boolean {
  return USABLE.test(codeOf(cause))
}

/** Two transactions could not both go on, and the server has ended this one: to try again is the thing to do. */
export function isDeadlock(cause: unknown): boolean {
  return ['40P01', '40001'].includes(codeOf(cause))
}

function codeOf(cause: unknown): string {
  const { code } = (cause ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : ''
}
