/** What to write in place of a statement that is run once for each key. */
import { ownerOf } from '../batch/owner.ts'
import { type Dialect, readStatement } from '../statement/index.ts'

/** What makes rows that are not those of one key each, or only some of them. */
const OF_MANY = /\b(?:count|sum|avg|min|max)\s*\(|\b(?:distinct|group|order|limit|offset|fetch|having|over|union)\b/i
const COLUMNS = /^\s*select\s+(.*?)\s+from\s/is

/** A line of code, or a sentence where the statement is of another kind. */
export function batchingFix(sql: string, dialect: Dialect): string {
  const { kind, fingerprint } = readStatement(sql, dialect)
  if (kind === 'write') return writingFix(fingerprint, dialect)
  const isPostgres = dialect === 'postgres'
  const one = isPostgres ? /(["\w.]+)\s*=\s*\$1\b/g : /(["`\w.]+)\s*=\s*\?/g
  const [comparison, ...others] = [...sql.matchAll(one)]
  const columns = COLUMNS.exec(sql)?.[1]
  const isByKey = comparison !== undefined && others.length === 0 && !/\$2\b|\?.*\?/s.test(sql)
  if (!isByKey || columns === undefined || OF_MANY.test(sql)) return BY_JOIN
  const key = comparison[1] as string
  const many = sql.trim().replace(one, () => (isPostgres ? `${key} = any($1)` : `${key} in (?)`))
  const withKey = isAmong(columns, key) ? many : many.replace(/^select/i, (select) => `${select} ${key},`)
  if (!isBatch(withKey, dialect)) return BY_JOIN
  return `const rows = batchQuery(db, ${JSON.stringify(withKey)}), and \`rows.load(key)\` in the loop: one statement for all keys.`
}

const BY_JOIN = 'Fetch what all of them need by one statement before the loop, with a join or a list of keys.'

/** Whether `batchQuery` takes it. */
function isBatch(sql: string, dialect: Dialect): boolean {
  try {
    return ownerOf(sql, dialect) !== undefined
  } catch {
    return false
  }
}

const VERB = /^(?:with\b.*?\b)?(insert|replace|update|delete)\b/s
const KEY = /\bwhere ([^ ]+) = \?$/

/** @param fingerprint - Its parameters are `?` in each dialect. */
function writingFix(fingerprint: string, dialect: Dialect): string {
  const [, verb = 'statement'] = VERB.exec(fingerprint) ?? []
  const [, key] = KEY.exec(fingerprint) ?? []
  const byKeys = key === undefined ? '' : `, \`where ${key} ${dialect === 'postgres' ? '= any($1)' : 'in (…)'}\``
  const many = /^[ir]/.test(verb) ? 'of many rows, `values (…), (…)`' : `for all keys${byKeys}`
  return `Write them by one \`${verb}\` ${many}, or run the loop in one \`db.transaction(…)\`.`
}

/** Whether the rows have the key by which they are told apart. */
function isAmong(columns: string, key: string): boolean {
  const name = key.replace(/.*\./, '').replace(/["`]/g, '')
  return columns.includes('*') || columns.split(',').some((column) => new RegExp(`\\b${name}["\`]?\\s*$`).test(column))
}
