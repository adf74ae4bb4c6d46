/** Reads the catalog of SQLite: tables and views of each attached file, foreign keys and triggers. */
import { type TableName, readStatement } from '../statement/index.ts'
import { tokenize } from '../statement/tokens.ts'
import { type Ask, text } from './ask.ts'
import { byName, writesOfBody } from './body.ts'
import { type FunctionKind, type Relation, type SchemaFacts, idOf } from './database-schema.ts'

/** Pragmas that change the names of columns, and the order of rows. */
const SHAPES = ['full_column_names', 'short_column_names', 'reverse_unordered_selects'] as const

/** A version of the schema: that of each file, and what pragmas say of how `like` compares and what results look like. */
export async function sqliteVersion(ask: Ask): Promise<string> {
  const [like] = await ask("select 'a' like 'A'")
  const versions = [text(like?.[0])]
  for (const name of SHAPES) versions.push(text((await ask(`pragma ${name}`))[0]?.[0]))
  for (const [name, path] of await ask('select name, file from pragma_database_list order by seq')) {
    const [row] = await ask(`pragma ${quoted(text(name))}.schema_version`)
    versions.push(`${text(name)} ${text(path)} ${text(row?.[0])}`)
  }
  return versions.join('\n')
}

/** Reads it. */
export async function readSqliteCatalog(ask: Ask): Promise<SchemaFacts> {
  const files = await filesOf(ask)
  const version = await sqliteVersion(ask)
  const relations = new Map<string, Mutable>()
  const functions = await functionsOf(ask)
  for (const file of files) {
    const schema = file
    const sql = `select type, name, tbl_name, sql from ${quoted(file)}.sqlite_schema where type in ('table', 'view')`
    for (const [type, name, , definition] of await ask(sql)) {
      relations.set(
        idOf({ schema, name: lower(name) }),
        file === 'main'
          ? relationOf(schema, text(type), lower(name), text(definition), functions)
          : elsewhere(schema, lower(name)),
      )
    }
    await addKeys(ask, file, relations)
    await addForeignKeys(ask, file, schema, relations)
  }
  await hideShadows(ask, relations)
  for (const file of files) await addTriggers(ask, file, relations, functions)
  closeViews(relations, files)
  return {
    ...{ dialect: 'sqlite', version, schema: 'main', path: files, relations },
    ...{ functions, otherFunctions: 'reads' },
  }
}

type Mutable = { -readonly [Name in keyof Relation]: Relation[Name] } & { pending?: readonly TableName[] }

/** Of this connection alone, or of another file, whose tables other processes may call otherwise: not kept. */
function elsewhere(schema: string, name: string): Mutable {
  return { schema, name, kind: 'opaque', reads: [], writes: 'all', cascades: [], hasRowSecurity: false }
}

function relationOf(
  schema: string,
  type: string,
  name: string,
  sql: string,
  functions: ReadonlyMap<string, FunctionKind>,
): Mutable {
  const relation: Mutable = { schema, name, kind: 'table', reads: [], writes: [], cascades: [], hasRowSecurity: false }
  if (/^create\s+virtual\b/i.test(sql)) relation.kind = 'opaque'
  // An insert may remove other rows.
  if (replacesOnConflict(sql)) relation.writes = 'all'
  if (type !== 'view') return relation
  const statement = readStatement(sql.replace(UP_TO_AS, ''), 'sqlite')
  const isPlain = statement.isComplete && statement.bypass.length === 0
  relation.kind =
    isPlain && statement.calls.every((call) => (functions.get(call) ?? 'reads') === 'pure') ? 'view' : 'opaque'
  relation.pending = statement.reads
  return relation
}

/** What makes a view, up to its query; `as` may also be in quotes and comments before that. */
const UP_TO_AS = /^(?:"[^"]*"|'[^']*'|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|[^"'`[])*?\bas\b/i

/** By its tokens: SQLite keeps the definition with its comments. */
function replacesOnConflict(sql: string): boolean {
  const { list } = tokenize(sql, 'sqlite')
  return list.some((token, at) => token === 'on' && list[at + 1] === 'conflict' && list[at + 2] === 'replace')
}

/** Tables in which a virtual table keeps what it has change with that one. */
async function hideShadows(ask: Ask, relations: ReadonlyMap<string, Mutable>): Promise<void> {
  for (const [schema, name] of await ask("select schema, name from pragma_table_list where type = 'shadow'")) {
    const relation = relations.get(idOf({ schema: text(schema), name: lower(name) }))
    if (relation !== undefined) relation.kind = 'opaque'
  }
}

function closeViews(relations: Map<string, Mutable>, path: readonly string[]): void {
  for (const relation of relations.values()) {
    const { pending } = relation
    if (pending === undefined) continue
    const ids = pending.map(({ schema, name }) => {
      if (schema !== undefined) return idOf({ schema, name })
      // A view sees its own file first.
      const home = [relation.schema, ...path].find((one) => relations.has(idOf({ schema: one, name })))
      return idOf({ schema: home ?? relation.schema, name })
    })
    relation.reads = ids
    // What a view reads must be known.
    if (ids.some((id) => !relations.has(id) || relations.get(id)?.kind === 'opaque')) relation.kind = 'opaque'
    delete relation.pending
  }
}

/** An `integer primary key` holds integers alone, save in tables without rowid. Other rows may go where one replaces them. */
async function addKeys(ask: Ask, file: string, relations: Map<string, Mutable>): Promise<void> {
  const rows = await ask(
    `select m.name, p.name, p.type, p.pk, p.hidden from ${quoted(file)}.sqlite_schema m join pragma_table_xinfo(m.name, ?) p where m.type = 'table' and m.sql not like '%without%rowid%' and m.sql not like '%conflict%replace%'`,
    [file],
  )
  const byTable = new Map<string, (readonly unknown[])[]>()
  for (const row of rows) byTable.set(lower(row[0]), [...(byTable.get(lower(row[0])) ?? []), row])
  for (const [name, columns] of byTable) {
    const relation = relations.get(idOf({ schema: file, name }))
    const keys = columns.filter(([, , , place]) => Number(place) > 0)
    if (relation?.kind !== 'table' || keys.length !== 1 || text(keys[0]?.[2]).toLowerCase() !== 'integer') continue
    relation.key = { column: lower(keys[0]?.[1]), type: 'integer' }
    // Generated columns change with others.
    if (columns.every(([, , , , hidden]) => Number(hidden) === 0))
      relation.columns = columns.map(([, column]) => lower(column))
  }
}

async function addForeignKeys(ask: Ask, file: string, schema: string, relations: Map<string, Mutable>): Promise<void> {
  const rows = await ask(
    `select m.name, f."table", f.on_update, f.on_delete from ${quoted(file)}.sqlite_schema m join pragma_foreign_key_list(m.name, ?) f where m.type = 'table'`,
    [file],
  )
  for (const [child, parent, onUpdate, onDelete] of rows) {
    if (!acts(onUpdate) && !acts(onDelete)) continue
    const relation = relations.get(idOf({ schema, name: lower(parent) }))
    if (relation !== undefined) relation.cascades = [...relation.cascades, idOf({ schema, name: lower(child) })]
  }
}

/** Whether a rule of a foreign key changes rows. */
export function acts(rule: unknown): boolean {
  return /^(?:cascade|set null|set default)$/i.test(text(rule))
}

async function addTriggers(
  ask: Ask,
  file: string,
  relations: Map<string, Mutable>,
  functions: ReadonlyMap<string, FunctionKind>,
): Promise<void> {
  const rows = await ask(`select tbl_name, sql from ${quoted(file)}.sqlite_schema where type = 'trigger'`)
  const names = { tables: byName(relations.values()), kindOf: (name: string) => functions.get(name) ?? 'pure' }
  for (const [table, sql] of rows) {
    // A temporary trigger may be on a table of the file.
    for (const schema of new Set([file, 'main'])) {
      const relation = relations.get(idOf({ schema, name: lower(table) }))
      if (relation === undefined) continue
      relation.key = undefined
      const writes = file === 'main' ? writesOfBody(bodyOf(text(sql)), 'sqlite', names) : undefined
      if (writes === undefined) relation.writes = 'all'
      else if (relation.writes !== 'all') relation.writes = [...relation.writes, ...writes]
    }
  }
}

/** What comes behind the words that make a trigger. */
function bodyOf(sql: string): string {
  return sql.replace(/^\s*create\b/i, '')
}

async function filesOf(ask: Ask): Promise<string[]> {
  const rows = await ask('select name from pragma_database_list order by seq')
  const names = rows.map(([name]) => text(name))
  return names.includes('temp') ? ['temp', ...names.filter((name) => name !== 'temp')] : names
}

/** Functions of the program that are not said to be deterministic may read anything. */
async function functionsOf(ask: Ask): Promise<Map<string, FunctionKind>> {
  const rows = await ask('select name, min(builtin or (flags & 2048) > 0) from pragma_function_list group by name')
  const functions = new Map<string, FunctionKind>([...KEYWORDS, ...TABLE_VALUED].map((word) => [word, 'pure']))
  for (const [name, isPure] of rows) functions.set(text(name), Number(isPure) === 1 ? 'pure' : 'reads')
  return functions
}

/** No list of functions has them. Those of pragmas say what the catalog is, and others are of extensions or of the program. */
const TABLE_VALUED = ['json_each', 'json_tree', 'jsonb_each', 'jsonb_tree']

const KEYWORDS: readonly string[] =
  'in values and or not on using over as filter exists case when then else by where select from key unique check references primary default raise into set cast limit having like between is offset union all join except intersect conflict do returning with partition materialized if distinct glob match escape'.split(
    ' ',
  )

function lower(name: unknown): string {
  return text(name).toLowerCase()
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
