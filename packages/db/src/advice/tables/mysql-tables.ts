/** Reads tables, indexes and foreign keys of MariaDB and MySQL. InnoDB keeps the statistics of tables itself. */
import { text } from '../../catalog/ask.ts'
import { sqlName } from './sql-name.ts'
import type { AskRows, DatabaseFacts, IndexFacts, TableFacts } from './table-facts.ts'

const OWN = `('mysql', 'information_schema', 'performance_schema', 'sys')`
/** MySQL writes names of columns in capitals where they have no alias. */
const TABLES = `select table_schema as s, table_name as t, table_rows as r from information_schema.tables
  where table_type = 'BASE TABLE' and table_schema not in ${OWN}`
const COLUMNS = `select table_schema as s, table_name as t, column_name as c from information_schema.columns
  where table_schema not in ${OWN} order by table_schema, table_name, ordinal_position`
const INDEXES = `select table_schema as s, table_name as t, index_name as i, column_name as c, non_unique as n, index_type as m, sub_part as p, collation as d
  from information_schema.statistics where table_schema not in ${OWN} order by table_schema, table_name, index_name, seq_in_index`
const FOREIGN_KEYS = `select table_schema as s, table_name as t, constraint_name as i, column_name as c from information_schema.key_column_usage
  where referenced_table_name is not null and table_schema not in ${OWN} order by table_schema, table_name, constraint_name, ordinal_position`
const USES = `select object_schema as s, object_name as t, index_name as i, count_star as n
  from performance_schema.table_io_waits_summary_by_index_usage where object_schema not in ${OWN}`

interface Found {
  readonly s: unknown
  readonly t: unknown
}
type Named = Found & { readonly i: unknown; readonly c: unknown }
type IndexColumn = Named & { readonly n: unknown; readonly m: unknown; readonly p: unknown; readonly d: unknown }

/** Reads them. */
export async function readMysqlTables(ask: AskRows): Promise<DatabaseFacts> {
  const [here] = await ask<{ readonly s: unknown }>('select database() as s')
  const idOf = ({ s, t }: Found): string => `${text(s)}.${text(t)}`
  const uses = await readUses(ask, idOf)
  const columns = grouped(await ask<Named>(COLUMNS), idOf)
  const indexes = grouped(await ask<IndexColumn>(INDEXES), idOf)
  const foreignKeys = grouped(await ask<Named>(FOREIGN_KEYS), idOf)
  const tables = new Map<string, TableFacts>()
  for (const found of await ask<Found & { readonly r: unknown }>(TABLES)) {
    const id = idOf(found)
    // Tables of the schema of the session are also known by their name alone.
    const isHere = text(found.s) === text(here?.s)
    const name = (isHere ? text(found.t) : id).toLowerCase()
    const ofTable = [...grouped(indexes.get(id) ?? [], ({ i }) => text(i))]
    const keys = [...grouped(foreignKeys.get(id) ?? [], ({ i }) => text(i)).values()]
    tables.set(name, {
      name,
      sqlName: (isHere ? [found.t] : [found.s, found.t]).map((part) => sqlName(text(part), 'mysql')).join('.'),
      rows: Number(found.r ?? 0),
      hasStatistics: true,
      reads: uses === undefined ? undefined : sum([...(uses.get(id)?.values() ?? [])]),
      columns: (columns.get(id) ?? []).map(({ c }) => text(c).toLowerCase()),
      indexes: ofTable.map(([index, parts]) => indexOf(index, parts, uses?.get(id))),
      foreignKeys: keys.map((parts) => parts.map(({ c }) => text(c).toLowerCase())),
    })
  }
  const unknown =
    uses === undefined
      ? ['Which indexes are unused is not counted: `performance_schema` is off, or not yours to read.']
      : []
  return { tables, sortMemoryBytes: undefined, hypopg: undefined, unknown }
}

function indexOf(
  name: string,
  parts: readonly IndexColumn[],
  uses: ReadonlyMap<string, number> | undefined,
): IndexFacts {
  const [first] = parts
  const isPlain = parts.every(({ c, p }) => c !== null && p === null)
  return {
    name,
    columns: isPlain ? parts.map(({ c }) => text(c).toLowerCase()) : [],
    parts: isPlain ? parts.map(({ c, d }) => `${text(c)} ${text(d)}`) : [],
    isUnique: Number(first?.n) === 0,
    isConstraint: name === 'PRIMARY',
    method: text(first?.m),
    uses: uses === undefined ? undefined : (uses.get(name) ?? 0),
  }
}

/** By table and index; `undefined`: the server does not count them. The uses without an index are under `''`. */
async function readUses(
  ask: AskRows,
  idOf: (found: Found) => string,
): Promise<Map<string, Map<string, number>> | undefined> {
  const rows = await ask<Named & { readonly n: unknown }>(USES).catch(() => [])
  if (rows.length === 0) return undefined
  const byTable = grouped(rows, idOf)
  return new Map([...byTable].map(([id, of]) => [id, new Map(of.map(({ i, n }) => [text(i), Number(n)]))]))
}

function grouped<Of>(list: readonly Of[], keyOf: (one: Of) => string): Map<string, Of[]> {
  const groups = new Map<string, Of[]>()
  for (const one of list) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return groups
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
