/**
 * How values of PostgreSQL become values of JavaScript. Handed on with each statement, so that parsers of the program
 * (`pg.types.setTypeParser`, `types` of the pool, `pg.defaults.parseInt8`) never see what is ours. Integers of 64 bits
 * come as strings. Only the text format is read: in the binary one pg takes bytes for UTF-8, and so `binary` is refused.
 */

type Parser = (value: string) => unknown

/** What the driver calls with a column's type and format. */
export interface PostgresTypes {
  /** Returns a function from the string that came over the wire. */
  getTypeParser(oid: number, format?: string): (value: string) => unknown
}

const BYTEA = 17
const INT4 = 23

const PARSERS: Readonly<Record<number, Parser>> = { [BYTEA]: parseBytea, [INT4]: Number }

export const TYPES: PostgresTypes = { getTypeParser: (oid) => PARSERS[oid] ?? String }

/** A byte of `bytea_output = escape` that is no character: three octal digits, or the backslash itself. */
const ESCAPED = /\\(\\|[0-7]{3})/g

function parseBytea(value: string): Buffer {
  if (value.startsWith('\\x')) return Buffer.from(value.slice(2), 'hex')
  const bytes = value.replace(ESCAPED, (_, code: string) =>
    code === '\\' ? code : String.fromCharCode(Number.parseInt(code, 8)),
  )
  return Buffer.from(bytes, 'latin1')
}
