/** How a database spells names. */

/** The SQL that a statement is written in; `mysql` stands for MariaDB too. */
export type Dialect = 'postgres' | 'mysql' | 'sqlite'

/** PostgreSQL cuts longer names off. */
const MAX_NAME_BYTES = 63

/** A name as the database stores it, of a token as `tokenize` makes them. */
export function nameOf(token: string, dialect: Dialect): string {
  const name = token.replace(/^["']/, '')
  // MySQL compares names of tables as its file system does. Where it tells `T` from `t` this takes two for one, which
  // invalidates too much and never too little.
  if (dialect !== 'postgres') return name.toLowerCase()
  // A unit of UTF-16 is at most three bytes. What is left of a character that was cut is left out.
  if (name.length * 3 <= MAX_NAME_BYTES) return name
  return new TextDecoder().decode(new TextEncoder().encode(name).subarray(0, MAX_NAME_BYTES), { stream: true })
}
