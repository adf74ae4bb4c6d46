/** Errors of SQLite as libSQL has them, from either driver: `node:sqlite` has numbers, `better-sqlite3` has names. */

const PREFIX = 'SQLITE_'

/** Names of the primary codes, by number, from 1 on. */
const PRIMARY: readonly string[] =
  'ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN PROTOCOL EMPTY SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB'.split(
    ' ',
  )
/**
 * Names of extended codes of a primary one, from 1 on: the number is 256 times that and the primary one. A number that is
 * missing is `-`; others count as the primary one.
 */
const EXTENDED: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({
    ERROR: 'MISSING_COLLSEQ RETRY SNAPSHOT',
    ABORT: '- ROLLBACK',
    BUSY: 'RECOVERY SNAPSHOT TIMEOUT',
    LOCKED: 'SHAREDCACHE VTAB',
    READONLY: 'RECOVERY CANTLOCK ROLLBACK DBMOVED CANTINIT DIRECTORY',
    IOERR:
      'READ SHORT_READ WRITE FSYNC DIR_FSYNC TRUNCATE FSTAT UNLOCK RDLOCK DELETE BLOCKED NOMEM ACCESS CHECKRESERVEDLOCK LOCK CLOSE DIR_CLOSE SHMOPEN SHMSIZE SHMLOCK SHMMAP SEEK DELETE_NOENT MMAP GETTEMPPATH CONVPATH VNODE AUTH BEGIN_ATOMIC COMMIT_ATOMIC ROLLBACK_ATOMIC DATA CORRUPTFS IN_PAGE',
    CORRUPT: 'VTAB SEQUENCE INDEX',
    CANTOPEN: 'NOTEMPDIR ISDIR FULLPATH CONVPATH DIRTYWAL SYMLINK',
    CONSTRAINT: 'CHECK COMMITHOOK FOREIGNKEY FUNCTION NOTNULL PRIMARYKEY TRIGGER UNIQUE VTAB ROWID PINNED DATATYPE',
    AUTH: 'USER',
  }).map(([name, details]) => [name, details.split(' ')]),
)

interface Codes {
  readonly primary: string
  readonly extended: string
  readonly raw: number
}

/** An error of SQLite, with the fields of a `LibsqlError`. Any other error is returned as it is. */
export function libsqlError(error: unknown): unknown {
  const { code, errcode } = (error ?? {}) as { readonly code?: unknown; readonly errcode?: unknown }
  const codes = typeof errcode === 'number' ? codesOf(errcode) : typeof code === 'string' ? codesNamed(code) : undefined
  if (codes === undefined) return error
  const { primary, extended, raw } = codes
  const libsql = new Error(`${primary}: ${(error as Error).message}`, { cause: error })
  return Object.assign(libsql, { code: primary, extendedCode: extended, rawCode: raw, name: 'LibsqlError' })
}

/** The same within a batch: says which statement it was. */
export function libsqlBatchError(error: unknown, statementIndex: number): unknown {
  const { name, code, extendedCode, rawCode, message } = (error ?? {}) as Readonly<Record<string, unknown>>
  if (name !== 'LibsqlError') return error
  const batch = new Error(`${String(code)}: ${String(message)}`, { cause: error })
  return Object.assign(batch, { code, extendedCode, rawCode, statementIndex, name: 'LibsqlBatchError' })
}

function codesOf(raw: number): Codes | undefined {
  const name = PRIMARY[(raw & 0xff) - 1]
  if (name === undefined) return undefined
  const detail = EXTENDED[name]?.[(raw >> 8) - 1]
  const primary = PREFIX + name
  return { primary, extended: detail === undefined || detail === '-' ? primary : `${primary}_${detail}`, raw }
}

function codesNamed(code: string): Codes | undefined {
  const [, name = '', detail = ''] = /^SQLITE_([A-Z]+)(?:_([A-Z_]+))?$/.exec(code) ?? []
  const number = PRIMARY.indexOf(name) + 1
  if (number === 0) return undefined
  const extended = (EXTENDED[name]?.indexOf(detail) ?? -1) + 1
  return { primary: PREFIX + name, extended: code, raw: number + 256 * extended }
}
