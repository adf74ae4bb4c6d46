import type { Dialect } from './dialect.ts'

/** A name as it is written in SQL, whatever it has in it. */
export function quotedName(name: string, dialect: Dialect): string {
  const quote = dialect === 'mysql' ? '`' : '"'
  return quote + name.replaceAll(quote, quote + quote) + quote
}
