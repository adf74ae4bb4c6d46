/** What to write in place of a statement that is run once for each key. */
import type { Dialect } from '../statement/index.ts'

/** A line of code, or a sentence where the statement is of another kind. */
export function batchingFix(sql: string, dialect: Dialect): string {
  const isPostgres = dialect === 'postgres'
  const one = isPostgres ? /(["\w.]+)\s*=\s*\$1\b/g : /(["`\w.]+)\s*=\s*\?/g
  const isByKey = /^\s*select\b/i.test(sql) && sql.match(one)?.length === 1 && !/\$2\b|\?.*\?/s.test(sql)
  if (!isByKey) return 'Fetch what all of them need by one statement before the loop, with a join or a list of keys.'
  const many = sql.trim().replace(one, (_, column: string) => (isPostgres ? `${column} = any($1)` : `${column} in (?)`))
  return `const rows = batchQuery(db, ${JSON.stringify(many)}), and \`rows.load(key)\` in the loop: one statement for all keys.`
}
