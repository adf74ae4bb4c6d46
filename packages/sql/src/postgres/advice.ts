/** What to do about an error of PostgreSQL, by its SQLSTATE or the code of the socket. */
const ADVICE: Readonly<Record<string, string>> = {
  '42P01': 'Its tables are missing. Call `await tier.migrate()` once before, or run what `tier.schema()` says.',
  '42883': 'Its functions are missing. Call `await tier.migrate()` once before, or run what `tier.schema()` says.',
  '42501': 'This user lacks a right. Give it those that the page on SQL names.',
  '25006': 'The server only reads. Connect to the primary.',
  '55000': 'The server is a replica. Connect to the primary.',
  '28P01': 'The password is wrong.',
  '28000': 'The server does not let this user in.',
  '3D000': 'The database does not exist. Create it.',
  '53100': 'The disk of the server is full. Make room.',
  '53300': 'The server has too many connections. Make the pools smaller.',
  '57P03': 'The server is starting.',
  ECONNREFUSED: 'Nothing listens there. Start the server, or correct the address.',
  ENOTFOUND: 'The name of the server cannot be resolved. Correct the address.',
}

/** A sentence to add, or nothing. */
export function adviceOn(cause: unknown): string {
  const advice = ADVICE[codeOf(cause)]
  return advice === undefined ? '' : ` ${advice}`
}

/** Two transactions could not both go on, and the server has ended this one: to try again is the thing to do. */
export function isDeadlock(cause: unknown): boolean {
  return ['40P01', '40001'].includes(codeOf(cause))
}

function codeOf(cause: unknown): string {
  const { code } = (cause ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : ''
}
