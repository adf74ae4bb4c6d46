/** PostgreSQL calls a function of a row, `f(row)`, as `row.f` as well, unless the row has a column of that name. */
import { nameOf } from '../statement/dialect.ts'
import type { TableUse } from '../statement/reading.ts'
import { isHidden } from '../statement/tables.ts'
import { isName } from '../statement/tokens.ts'
import { type Catalog, findTable } from './catalog.ts'
import type { Source } from './held.ts'

/** Functions of users that a statement may call that way; rather too many than too few. */
export function computedFields(
  { tokens, dialect }: Source,
  uses: readonly TableUse[],
  catalog: Catalog,
): readonly string[] {
  const { functions } = catalog
  if (dialect !== 'postgres' || functions === undefined || functions.size === 0) return []
  const called = new Set<string>()
  for (let at = 2; at < tokens.length; at++) {
    if (tokens[at - 1] !== '.' || !isName(tokens[at]!)) continue
    const name = nameOf(tokens[at]!, dialect)
    if (!functions.has(name)) continue
    const isTable = uses.some((use) => use.schema !== undefined && (use.at === at - 2 || use.at === at - 4))
    if (!isTable && !isColumn(nameOf(tokens[at - 2]!, dialect), name, uses, catalog)) called.add(name)
  }
  return [...called]
}

/** Whether all that may be meant by a qualifier has this column. */
function isColumn(qualifier: string, name: string, uses: readonly TableUse[], catalog: Catalog): boolean {
  const meant = uses.filter(({ alias }) => alias === qualifier)
  return (
    meant.length > 0 &&
    meant.every(
      (use) =>
        !isHidden(use) &&
        !use.hasOtherNames &&
        findTable(catalog, use.schema, use.name)?.columns?.includes(name) === true,
    )
  )
}
