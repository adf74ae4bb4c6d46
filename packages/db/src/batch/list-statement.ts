/** A statement over a list of keys, and the same over one. Pure. */
import { wrongOption } from '@hotpath/contract'
import type { Dialect } from '../statement/index.ts'
import { tokenize } from '../statement/tokens.ts'

/** The statements. */
export interface ListStatement {
  /** For one key. */
  readonly one: string
  /** For so many; with its parameters. */
  many(keys: readonly unknown[]): { readonly sql: string; readonly params: readonly unknown[] }
}

const ANY = /=\s*any\s*\(\s*\$1\s*(?:::\s*[\w.\s]+\[\]\s*)?\)/gi
const IN = /\bin\s*\(\s*\?\s*\)/gi

/** The first word of statements that read. */
const READS = /^(?:\(|select|table|values|with)$/
const WRITES = /^(?:delete|insert|merge|update)$/
/** Before a word that writes nothing then: `for update`, `t.update`. */
const NO_WRITE = /^(?:\.|for|key)$/

/** @throws ConfigError for a statement that writes, has no list, several, or other parameters. */
export function listStatement(sql: string, dialect: Dialect): ListStatement {
  const isPostgres = dialect === 'postgres'
  const list = isPostgres ? ANY : IN
  const rest = typeof sql === 'string' ? sql.replaceAll(list, '') : ''
  const hasOne = typeof sql === 'string' && sql.match(list)?.length === 1
  if (!hasOne || (isPostgres ? /\$\d/ : /\?/).test(rest)) {
    const example = isPostgres ? 'where id = any($1)' : 'where id in (?)'
    throw wrongOption(
      'sql',
      `a statement with \`${example}\` and no other parameter`,
      sql,
      "Keys are its only parameter: write what is the same for all of them into it, as in `status = 'open'`, and run a statement with others by `db.query`.",
    )
  }
  const { list: tokens } = tokenize(sql, dialect)
  const writes = tokens.some((token, at) => WRITES.test(token) && !NO_WRITE.test(tokens[at - 1] ?? ''))
  if (writes || !READS.test(tokens[0] ?? ''))
    throw wrongOption('sql', 'a statement that reads', sql, 'What fails is run again: write by `db.query`.')
  const one = sql.replace(list, isPostgres ? '= $1' : '= ?')
  if (isPostgres) return { one, many: (keys) => ({ sql, params: [keys] }) }
  return {
    one,
    many(keys) {
      // By powers of two, so that there are few statements.
      const size = 2 ** Math.ceil(Math.log2(Math.max(1, keys.length)))
      const params = Array.from({ length: size }, (_, at) => keys[Math.min(at, keys.length - 1)])
      return { sql: sql.replace(list, `in (${params.map(() => '?').join(', ')})`), params }
    },
  }
}
