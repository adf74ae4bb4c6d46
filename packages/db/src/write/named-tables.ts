/** Tables as users name them, to have them invalidated. */
import { type ConfigError, wrongOption } from '@hotpath/contract'
import { nearestName } from '@hotpath/contract/nearest-name'
import type { DatabaseSchema, NamedTable, Relation } from '../catalog/database-schema.ts'
import { type Dialect, nameOf } from '../statement/dialect.ts'
import { isName, tokenize } from '../statement/tokens.ts'

/** What a name may stand for. */
export function namedBy(name: string, dialect: Dialect): readonly NamedTable[] {
  return [asItIs(name), asWritten(name, dialect)]
}

/** The table or view that a name stands for. */
export function relationNamed(name: string, schema: DatabaseSchema): Relation | undefined {
  for (const one of namedBy(name, schema.dialect)) {
    const relation = schema.relation(one)
    if (relation !== undefined) return relation
  }
  return undefined
}

/** A name as the catalog has it. */
function asItIs(name: string): NamedTable {
  const dot = name.indexOf('.')
  return { schema: dot < 0 ? undefined : name.slice(0, dot), name: name.slice(dot + 1) }
}

/** A name as it is written in a statement. */
function asWritten(name: string, dialect: Dialect): NamedTable {
  const parts = tokenize(name, dialect).list.filter(isName)
  const names = parts.map((part) => nameOf(part, dialect))
  return { schema: names.at(-2), name: names.at(-1) ?? '' }
}

/**
 * The question whether another table was meant, for a message; nothing where none is alike.
 *
 * @param known - Names of all tables that there are.
 */
export function meantTable(name: string, known: readonly string[]): string {
  const elsewhere = known.find((one) => one.toLowerCase().endsWith(`.${name.toLowerCase()}`))
  const meant = elsewhere ?? nearestName(name, known)
  return meant === undefined ? '' : `Did you mean \`${meant}\`? `
}

/** @param known - Names of all tables that there are. */
export function unknownTable(name: string, known: readonly string[]): ConfigError {
  return wrongOption(
    'tables',
    'names of tables that the catalog shows',
    name,
    `${meantTable(name, known)}For one that it hides from this user, use \`cache.invalidateTags(tableTags('…'))\`.`,
  )
}
