/** Reads tables, indexes and foreign keys of SQLite, which counts neither rows nor uses. */
import { quotedName } from '../../statement/quoted-name.ts'
import { sqlName } from './sql-name.ts'
import type { AskRows, DatabaseFacts, IndexFacts, TableFacts } from './table-facts.ts'

/** Rows are counted up to here. */
const MAX_COUNTED = 100_000
const TABLES = `select name from sqlite_master where type = 'table' and name not like 'sqlite!_%' escape '!' and sql not like 'create virtual%'`
const COLUMNS = 'select name from pragma_table_info(?)'
const INDEXES = 'select name, "unique" as isUnique, origin, partial from pragma_index_list(?)'
const INDEX_COLUMNS =
  'select name, "desc" as isDescending, coll from pragma_index_xinfo(?) where key = 1 order by seqno'
const FOREIGN_KEYS = 'select id, "from" as name from pragma_foreign_key_list(?) order by id, seq'

interface Named {
  readonly name: string | null
}

/** Reads them. */
export async function readSqliteTables(ask: AskRows): Promise<DatabaseFacts> {
  const analyzed = new Set(
    await ask<{ readonly tbl: string }>('select distinct tbl from sqlite_stat1').then(
      (rows) => rows.map(({ tbl }) => tbl.toLowerCase()),
      () => [],
    ),
  )
  const tables = new Map<string, TableFacts>()
  for (const { name } of await ask<{ readonly name: string }>(TABLES)) {
    const [counted] = await ask<{ readonly rows: number | bigint }>(
      `select count(*) as rows from (select 1 from ${quotedName(name, 'sqlite')} limit ${MAX_COUNTED})`,
    )
    const columns = await ask<Named>(COLUMNS, [name])
    const keys = new Map<number | bigint, string[]>()
    for (const { id, name: column } of await ask<Named & { readonly id: number | bigint }>(FOREIGN_KEYS, [name]))
      keys.set(id, [...(keys.get(id) ?? []), lower(column)])
    tables.set(name.toLowerCase(), {
      name: name.toLowerCase(),
      sqlName: sqlName(name, 'sqlite'),
      rows: Number(counted?.rows ?? 0),
      hasStatistics: analyzed.has(name.toLowerCase()),
      reads: undefined,
      columns: columns.map((column) => lower(column.name)),
      indexes: await readIndexes(ask, name),
      foreignKeys: [...keys.values()],
    })
  }
  return {
    tables,
    sortMemoryBytes: undefined,
    hypopg: undefined,
    unknown: ['SQLite does not count uses of indexes, so unused ones are not known.'],
  }
}

async function readIndexes(ask: AskRows, table: string): Promise<IndexFacts[]> {
  const indexes: IndexFacts[] = []
  for (const { name, isUnique, origin, partial } of await ask<{
    readonly name: string
    readonly isUnique: number | bigint
    readonly origin: string
    readonly partial: number | bigint
  }>(INDEXES, [table])) {
    const parts = await ask<Named & { readonly isDescending: number | bigint; readonly coll: string }>(INDEX_COLUMNS, [
      name,
    ])
    const isPlain = Number(partial) === 0 && parts.every((part) => part.name !== null)
    indexes.push({
      name,
      columns: isPlain ? parts.map((part) => lower(part.name)) : [],
      parts: isPlain ? parts.map((part) => `${lower(part.name)} ${part.isDescending} ${part.coll}`) : [],
      isUnique: Number(isUnique) === 1,
      isConstraint: origin !== 'c',
      method: 'btree',
      uses: undefined,
    })
  }
  return indexes
}

function lower(name: string | null): string {
  return name?.toLowerCase() ?? ''
}
