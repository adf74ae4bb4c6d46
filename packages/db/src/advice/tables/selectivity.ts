/** Whether columns tell rows apart, where the plan does not say so: seen in some of the rows. */
import type { Dialect } from '../../statement/dialect.ts'
import { sqlName } from './sql-name.ts'
import type { AskRows, TableFacts } from './table-facts.ts'

const SAMPLED = 1_000
/** With fewer values than this an index finds too many rows. */
const MIN_VALUES = 20

/** Looks at them. The names are those of the catalog. */
export async function isSelective(
  ask: AskRows,
  { sqlName: table }: TableFacts,
  columns: readonly string[],
  dialect: Dialect,
): Promise<boolean> {
  const list = columns.map((column) => sqlName(column, dialect)).join(', ')
  const [found] = await ask<{ readonly n: unknown }>(
    `select count(*) as n from (select distinct ${list} from (select ${list} from ${table} limit ${SAMPLED}) as some) as apart`,
  )
  return Number(found?.n) >= MIN_VALUES
}
