/** Tables as users name them, to have them invalidated. */
import { type ConfigError, wrongOption } from '@hotpath/contract'
import { nearestName } from '@hotpath/contract/nearest-name'
import type { NamedTable } from '../catalog/database-schema.ts'
import { type Dialect, nameOf } from '../statement/dialect.ts'
import { isName, tokenize } from '../statement/tokens.ts'

/** What a name may stand for. */
export function namedBy(name: string, dialect: Dialect): readonly NamedTable[] {
  return [asItIs(name), asWritten(name, dialect)]
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

/** @param known - Names of all tables that there are. */
export function unknownTable(name: string, known: readonly string[]): ConfigError {
  const elsewhere = known.find((one) => one.toLowerCase().endsWith(`.${name.toLowerCase()}`))
  const meant = elsewhere ?? nearestName(name, known)
  const advice = meant === undefined ? '' : `Did you mean \`${meant}\`? `
  return wrongOption(
    'tables',
    'names of tables that the catalog shows',
    name,
    `${advice}For one that it hides from this user, use \`cache.invalidateTags(tableTags('…'))\`.`,
  )
}
