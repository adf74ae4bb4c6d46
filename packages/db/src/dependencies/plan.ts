/** What a statement depends on and what it invalidates, as tags. */
import { readStatement } from '../statement/read-statement.ts'
import type { TableUse } from '../statement/reading.ts'
import type { BypassReason, Statement } from '../statement/index.ts'
import { isTemporary } from '../statement/statement.ts'
import { isHidden, readAll } from '../statement/tables.ts'
import { tokenize } from '../statement/tokens.ts'
import { type Catalog, findTable, type KnownTable, nameInTags, readThrough, writtenThrough } from './catalog.ts'
import { type RowChange, rowChangeOf } from './changes.ts'
import { columnsRead } from './columns.ts'
import { computedFields } from './computed-fields.ts'
import { heldOf, type Source } from './held.ts'
import { type Operand, type Params, rowKeys } from './operands.ts'
import { ALL_TAG, ANY_TAG, columnTag, rowsTag, rowTag, tableTag } from './tags.ts'

/** Dependencies of an entry at most. */
const MAX_TAGS = 16

/** Rows and columns are not looked for in longer statements: that would take more than time in proportion to the length. */
const MAX_TOKENS = 4_000

/** Why a statement is not cached; see `DependencyPlan.bypass`. */
export type PlanBypass = BypassReason | 'no-read' | 'unknown' | 'unknown-table'

/** What a statement depends on and what it invalidates, at one version of the schema. */
export interface DependencyPlan {
  /** What is known of it without a catalog. */
  readonly statement: Statement
  /** What it calls: `calls` of the statement, and functions of the catalog that PostgreSQL calls as `row.f`. */
  readonly calls: readonly string[]
  /**
   * Why its result is not to be kept; none: it may be. `no-read`: it does not just read rows. `unknown`: the reader does
   * not understand it. `unknown-table`: it reads what the catalog does not have, such as tables of the system.
   */
  readonly bypass: readonly PlanBypass[]
  /** Tables that it reads, those behind views included, as tags name them. */
  readonly readsTables: readonly string[]
  /** Tables that it may change, those reached by cascades included; `undefined`: any. */
  readonly writesTables: readonly string[] | undefined
  /** Tags of an entry with its result, at most 16. */
  readTags(params: Params): readonly string[]
  /** Tags to invalidate when it has run; none if it changes nothing. */
  writeTags(params: Params): readonly string[]
}

/** Options of `planDependencies`. */
export interface PlanOptions {
  /**
   * Whether a write of rows with these keys invalidates their own tags, or all rows of the table, as tags name it. Called
   * by `writeTags`. Default: their own.
   */
  readonly invalidatesRows?: ((table: string, keys: readonly string[]) => boolean) | undefined
}

/** A table that the statement reads: the values of the key that it wants, and the columns; `undefined`: any. */
interface TableRead {
  readonly tag: string
  readonly key: CatalogKey | undefined
  readonly rows: readonly Operand[] | undefined
  readonly columns: readonly string[] | undefined
}

/** A table that the statement changes; `undefined`: any of its rows. */
interface TableWrite {
  readonly tag: string
  readonly key: CatalogKey | undefined
  readonly change: RowChange | undefined
}

type CatalogKey = NonNullable<KnownTable['key']>

/**
 * Finds the tags of a statement. The same for the same text and catalog, so that it may be kept with both.
 *
 * @param sql - The statement.
 * @param catalog - The tables of the database.
 *
 * @example
 * ```ts
 * import { planDependencies } from '@hotpath/db'
 *
 * const tickets = { key: { column: 'id', type: 'integer' } } as const
 * const catalog = { dialect: 'postgres', schema: 'public', searchPath: ['public'], tables: new Map([['public.tickets', tickets]]) } as const
 * const read = planDependencies('select * from tickets where id = $1', catalog)
 * console.log(read.readTags([7])) // [ 'db#any', 'table:tickets/7', 'table:tickets#rows' ]
 * const write = planDependencies('update tickets set status = $1 where id = $2', catalog)
 * console.log(write.writeTags(['done', 7]).join(' ')) // db#all table:tickets table:tickets/7 table:tickets.status
 * ```
 */
export function planDependencies(sql: string, catalog: Catalog, options: PlanOptions = {}): DependencyPlan {
  const { dialect } = catalog
  const statement = readStatement(sql, dialect)
  const source: Source = { tokens: tokenize(sql, dialect).list, dialect }
  const readings = readAll(source.tokens, dialect)
  const uses = readings.flatMap((reading) => reading.uses)
  const calls = [...statement.calls, ...computedFields(source, uses, catalog)]
  const functions = calls.map((call) => catalog.functions?.get(call))
  const bypass = new Set<PlanBypass>(statement.bypass)
  const reads = new Map<string, TableRead>()
  const writes = new Map<string, TableWrite>()
  let isAny =
    statement.kind === 'ddl' || statement.kind === 'unknown' || !statement.isComplete || functions.includes('volatile')
  if (statement.kind !== 'read') bypass.add('no-read')
  if (isAny) bypass.add('unknown')
  if (functions.includes('stable')) bypass.add('volatile')

  for (const use of uses) {
    // A temporary table may have triggers that write others.
    if (isHidden(use) || (isTemporary(use) && !use.isWritten)) continue
    const found = findTable(catalog, use.schema, use.name)
    const table = found !== undefined && source.tokens.length > MAX_TOKENS ? { ...found, key: undefined } : found
    if (table === undefined) {
      if (use.isWritten) isAny = true
      else bypass.add('unknown-table')
    } else if (use.isWritten) isAny = !addWrite(writes, catalog, source, use, table) || isAny
    else addRead(reads, catalog, source, use, table)
  }
  const changes =
    statement.kind === 'session' || statement.kind === 'transaction' ? new Map<string, TableWrite>() : writes
  const maxDigits = dialect === 'mysql' ? 15 : 18
  const allReads = [...reads.values()]
  return {
    statement,
    calls,
    bypass: [...bypass],
    readsTables: allReads.map(({ tag }) => tag.slice('table:'.length)),
    writesTables: isAny ? undefined : [...changes.values()].map(({ tag }) => tag.slice('table:'.length)),
    readTags: (params) => collapse(allReads.map((read) => tagsOfRead(read, params, maxDigits))),
    writeTags(params) {
      if (isAny) return [ANY_TAG, ALL_TAG, ...[...catalog.tables.keys()].map((id) => tableTag(nameInTags(catalog, id)))]
      if (changes.size === 0) return []
      const isExpanded = dialect === 'mysql' && hasNested(params)
      const tags = [...changes.values()].flatMap((write) =>
        tagsOfWrite(isExpanded ? { ...write, change: undefined } : write, params, maxDigits, options),
      )
      return [ALL_TAG, ...new Set(tags)]
    },
  }
}

function keyOf(catalog: Catalog, { key }: KnownTable): CatalogKey | undefined {
  return key === undefined || catalog.dialect === 'postgres' ? key : { ...key, column: key.column.toLowerCase() }
}

function addRead(
  reads: Map<string, TableRead>,
  catalog: Catalog,
  source: Source,
  use: TableUse,
  table: KnownTable,
): void {
  const through = readThrough(catalog, table.id)
  const key = through.length === 0 && !use.hasOtherNames ? keyOf(catalog, table) : undefined
  const held = key === undefined ? undefined : heldOf(source, use, key.column)
  const columns = key === undefined || table.columns === undefined ? undefined : columnsRead(source, use, table.columns)
  const before = reads.get(table.id)
  const tag = tableTag(nameInTags(catalog, table.id))
  const isFirst = before === undefined
  reads.set(table.id, {
    tag,
    key,
    rows:
      held === undefined || (!isFirst && before.rows === undefined) ? undefined : [...(before?.rows ?? []), ...held],
    columns: columns === undefined || (!isFirst && before.columns === undefined) ? undefined : columns,
  })
  for (const id of through)
    reads.set(id, { tag: tableTag(nameInTags(catalog, id)), key: undefined, rows: undefined, columns: undefined })
}

/** Whether it is known what changes; otherwise it may be any table. */
function addWrite(
  writes: Map<string, TableWrite>,
  catalog: Catalog,
  source: Source,
  use: TableUse,
  table: KnownTable,
): boolean {
  const through = writtenThrough(catalog, table.id)
  if (through === 'all') return false
  const key = keyOf(catalog, table)
  const isOnce = !writes.has(table.id)
  const change = key !== undefined && isOnce ? rowChangeOf(source, use, key.column) : undefined
  writes.set(table.id, { tag: tableTag(nameInTags(catalog, table.id)), key, change })
  for (const id of through)
    writes.set(id, { tag: tableTag(nameInTags(catalog, id)), key: undefined, change: undefined })
  return true
}

function tagsOfRead({ tag, key, rows, columns }: TableRead, params: Params, maxDigits: number): readonly string[] {
  if (key === undefined) return [tag]
  const keys = rows === undefined ? undefined : rowKeys(rows, params, key.type, maxDigits)
  if (keys !== undefined) return keys.map((one) => rowTag(tag, one)).concat(rowsTag(tag))
  if (columns === undefined) return [tag]
  return [...new Set([key.column, ...columns])].map((column) => columnTag(tag, column)).concat(rowsTag(tag))
}

function tagsOfWrite(
  { tag, key, change }: TableWrite,
  params: Params,
  maxDigits: number,
  { invalidatesRows = () => true }: PlanOptions,
): readonly string[] {
  const any = [tag, rowsTag(tag)]
  if (key === undefined || change === undefined) return any
  const keys = rowKeys(change.keys, params, key.type, maxDigits)
  if (keys === undefined || keys.length > MAX_TAGS) return any
  const isStored = (one: string): boolean => key.type === 'uuid' || (Number(one) > 0 && Number(one) <= (key.max ?? 0))
  if (change.mayBeReplaced && !keys.every(isStored)) return any
  if (!invalidatesRows(tag.slice('table:'.length), keys)) return any
  const columns = change.columns ?? [key.column]
  return [tag, ...keys.map((one) => rowTag(tag, one)), ...columns.map((column) => columnTag(tag, column))]
}

/** Whether `mysql2` may make several values, or columns, of one parameter. */
function hasNested(params: Params): boolean {
  return Object.values(params).some(
    (value) => typeof value === 'object' && value !== null && !(value instanceof Date) && !ArrayBuffer.isView(value),
  )
}

/** As few tags as an entry may have: rows and columns become their table, then tables all tables. */
function collapse(tables: readonly (readonly string[])[]): readonly string[] {
  const max = MAX_TAGS - 1
  const [first] = tables
  if (tables.length === 1 && first !== undefined && first.length <= max) return [ANY_TAG, ...first]
  const most = [...tables].sort((one, other) => other.length - one.length)
  let count = tables.reduce((sum, tags) => sum + tags.length, 0)
  const whole = new Set<readonly string[]>()
  for (const tags of most) {
    if (count <= max || tags.length <= 1) break
    whole.add(tags)
    count -= tags.length - 1
  }
  if (count > max) return [ANY_TAG, ALL_TAG]
  return [ANY_TAG, ...tables.flatMap((tags) => (whole.has(tags) ? [tableOf(tags)] : tags))]
}

/** The tag of the table that tags of rows belong to: these end with that of all rows. */
function tableOf(tags: readonly string[]): string {
  return (tags.at(-1) ?? '').replace(/#rows$/, '')
}
