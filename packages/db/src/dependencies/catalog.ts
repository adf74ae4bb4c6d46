/** What a database says about its tables, as plain data. */
import type { Dialect } from '../statement/index.ts'

/** A table, view or partition. */
export interface CatalogTable {
  /**
   * The primary key, if it is one column of an integer or uuid type and nothing but the statement decides about it: leave
   * it out where a trigger or rule may change which row is written.
   */
  readonly key?:
    | {
        /** Its column. */
        readonly column: string
        /** Types whose values are equal only if they are the same. */
        readonly type: 'integer' | 'uuid'
        /** Of MySQL: the largest key that is stored as it is, where others are made to fit. Default: none is. */
        readonly max?: number | undefined
      }
    | undefined
  /**
   * All columns, if an update changes the columns that it sets and no other, and a read depends on the columns that it
   * names and no other: leave them out where there are triggers, generated columns, `on update current_timestamp` or
   * row-level security.
   */
  readonly columns?: readonly string[] | undefined
  /**
   * Tables that a read of this one reads as well, as `schema.name`: those of a view, the children of a parent. A view of
   * a view names that view.
   */
  readonly reads?: readonly string[] | undefined
  /**
   * Tables that a write to this one changes as well, as `schema.name`: by cascades and triggers, the tables of a view that
   * can be written, parent and partitions. Itself, if other rows than those of the statement may change; `'all'` where it
   * may be any table.
   */
  readonly writes?: readonly string[] | 'all' | undefined
}

/** The tables of a database, at one version of its schema. */
export interface Catalog {
  /** The SQL that the database takes. */
  readonly dialect: Dialect
  /** Tags name its tables without their schema: the same in all processes with one cache. */
  readonly schema: string
  /** Schemas in which names without one are looked for, the first one first. */
  readonly searchPath: readonly string[]
  /** By `schema.name`, spelled as the database does; in lower case in MySQL and SQLite. */
  readonly tables: ReadonlyMap<string, CatalogTable>
  /**
   * Functions of users, by name: `stable` ones may read any table, `volatile` ones may write any as well. Those that depend
   * on nothing but their arguments are left out.
   */
  readonly functions?: ReadonlyMap<string, 'stable' | 'volatile'> | undefined
}

/** A table that the catalog knows. */
export interface KnownTable extends CatalogTable {
  /** `schema.name`. */
  readonly id: string
}

/** Finds a table by the name that a statement has for it. */
export function findTable(catalog: Catalog, schema: string | undefined, name: string): KnownTable | undefined {
  for (const one of schema === undefined ? catalog.searchPath : [schema]) {
    const id = `${one}.${name}`
    const table = catalog.tables.get(id)
    if (table !== undefined) return { ...table, id }
  }
  return undefined
}

/** Tables that a read of one reads as well, without itself unless it reaches itself. */
export function readThrough({ tables }: Catalog, id: string): readonly string[] {
  return reachedFrom(id, (one) => tables.get(one)?.reads)
}

/** Tables that a write to one changes as well, without itself unless it reaches itself; `'all'`: maybe any. */
export function writtenThrough({ tables }: Catalog, id: string): readonly string[] | 'all' {
  let isAll = false
  const reached = reachedFrom(id, (one) => {
    const { writes } = tables.get(one) ?? {}
    if (writes !== 'all') return writes
    isAll = true
    return undefined
  })
  return isAll ? 'all' : reached
}

function reachedFrom(id: string, othersOf: (id: string) => readonly string[] | undefined): readonly string[] {
  const reached = new Set<string>()
  const open = [id]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const one of othersOf(next) ?? []) {
      if (!reached.has(one)) open.push(one)
      reached.add(one)
    }
  }
  return [...reached]
}

/** How tags name a table. */
export function nameInTags({ schema }: Catalog, id: string): string {
  return id.startsWith(`${schema}.`) ? id.slice(schema.length + 1) : id
}
