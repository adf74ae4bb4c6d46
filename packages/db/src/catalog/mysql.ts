/** Reads the catalog of MySQL and MariaDB, from `information_schema`. */
import { type TableName, readStatement } from '../statement/index.ts'
import { type Ask, text } from './ask.ts'
import { type BodyNames, byName, writesOfBody } from './body.ts'
import { type Relation, type SchemaFacts, idOf } from './database-schema.ts'
import { grantsOf } from './mysql-grants.ts'
import { type Routines, readRoutines } from './mysql-routines.ts'
import { acts } from './sqlite.ts'

const OWN = `('mysql', 'information_schema', 'performance_schema', 'sys')`

/** What makes each row of these another one. Not the times of tables at which they were written; other times are whole seconds. */
const PARTS: readonly (readonly [table: string, schema: string, columns: string])[] = [
  ['tables', 'table_schema', 'table_name table_type engine create_time table_collation create_options'],
  [
    'columns',
    'table_schema',
    'table_name column_name ordinal_position column_type collation_name column_default is_nullable column_key extra generation_expression',
  ],
  [
    'views',
    'table_schema',
    'table_name view_definition security_type definer character_set_client collation_connection',
  ],
  [
    'triggers',
    'trigger_schema',
    'trigger_name event_object_table event_manipulation action_timing action_order action_statement sql_mode definer created',
  ],
  [
    'referential_constraints',
    'constraint_schema',
    'constraint_name table_name unique_constraint_schema referenced_table_name delete_rule update_rule',
  ],
  [
    'routines',
    'routine_schema',
    'routine_name routine_type dtd_identifier routine_definition is_deterministic sql_data_access security_type sql_mode definer last_altered',
  ],
  ['parameters', 'specific_schema', 'specific_name ordinal_position parameter_mode parameter_name dtd_identifier'],
]

/** What the user of the connection may do, by which it also sees more or less of the rest. */
const PRIVILEGES: readonly (readonly [table: string, columns: string])[] = [
  ['user_privileges', 'privilege_type'],
  ['schema_privileges', 'table_schema privilege_type'],
  ['table_privileges', 'table_schema table_name privilege_type'],
  ['column_privileges', 'table_schema table_name column_name privilege_type'],
]

/** As bytes: names have other collations than text, and MySQL mixes them in no string. */
const bytesOf = (column: string): string => `cast(${column} as binary)`

/** A part of the version: how many rows there are, and what is in them. */
const partOf = (table: string, columns: string, where: string): string =>
  `(select concat_ws(',', count(*), sum(crc32(concat_ws(' ', ${columns.split(' ').map(bytesOf).join(', ')}))))
    from information_schema.${table} where ${where})`

const VERSION = `select concat_ws('|', ${[
  ...PARTS.map(([table, schema, columns]) => partOf(table, `${schema} ${columns}`, `${schema} not in ${OWN}`)),
  ...PRIVILEGES.map(([table, columns]) => partOf(table, columns, "replace(grantee, '''', '') = current_user()")),
].join(', ')})`

/** A version of the schema. */
export async function mysqlVersion(ask: Ask): Promise<string> {
  const [row] = await ask(VERSION)
  return text(row?.[0])
}

type Mutable = { -readonly [Name in keyof Relation]: Relation[Name] }

/** Reads it. */
export async function readMysqlCatalog(ask: Ask): Promise<SchemaFacts> {
  const version = await mysqlVersion(ask)
  const [here] = await ask('select database()')
  const own = text(here?.[0]).toLowerCase()
  const routines = await readRoutines(ask)
  const relations = new Map<string, Mutable>()
  const idFor = (schema: unknown, name: unknown): string =>
    idOf({ schema: text(schema).toLowerCase(), name: text(name).toLowerCase() })
  const found = await ask(
    `select table_schema, table_name, table_type, engine from information_schema.tables where table_schema not in ${OWN}`,
  )
  for (const [schema, name, type, engine] of found) {
    const isOpaque =
      /^(?:federated|connect|spider|csv|mrg_myisam)$/i.test(text(engine)) ||
      /^(?:sequence|system view)/i.test(text(type))
    // Two that differ in case alone are one here.
    const isTwice = relations.has(idFor(schema, name))
    relations.set(idFor(schema, name), {
      schema: text(schema).toLowerCase(),
      name: text(name).toLowerCase(),
      kind: isOpaque || isTwice ? 'opaque' : 'table',
      reads: [],
      // Its rows are those of other tables.
      writes: isTwice || isOpaque ? 'all' : [],
      cascades: [],
      ignoresRollback: text(engine) !== '' && !/^(?:innodb|ndb|rocksdb|tokudb)/i.test(text(engine)),
      hasRowSecurity: false,
    })
  }
  await addKeys(ask, relations, idFor)
  await addViews(ask, relations, idFor, routines)
  const foreignKeys = `select unique_constraint_schema, referenced_table_name, constraint_schema, table_name, delete_rule, update_rule from information_schema.referential_constraints`
  for (const [schema, parent, childSchema, child, onDelete, onUpdate] of await ask(foreignKeys)) {
    const relation = relations.get(idFor(schema, parent))
    if (relation === undefined || !(acts(onDelete) || acts(onUpdate))) continue
    relation.cascades = [...relation.cascades, idFor(childSchema, child)]
  }
  const tables = byName(relations.values())
  const triggers = `select event_object_schema, event_object_table, action_statement, sql_mode from information_schema.triggers where trigger_schema not in ${OWN}`
  for (const [schema, table, body, mode] of await ask(triggers)) {
    const relation = relations.get(idFor(schema, table))
    if (relation === undefined) continue
    relation.key = undefined
    if (relation.writes === 'all') continue
    const own = text(schema).toLowerCase()
    const kindOf: BodyNames['kindOf'] = (name, from = own) => routines.kindOf(name, from)
    // There a string may end elsewhere than it seems, and a procedure is called without a word.
    const isReadable = !/NO_BACKSLASH_ESCAPES|ORACLE/.test(text(mode))
    const writes = isReadable ? writesOfBody(text(body), 'mysql', { tables, kindOf }) : undefined
    if (writes === undefined) relation.writes = 'all'
    else relation.writes = [...relation.writes, ...writes]
  }
  // Without the privilege of that name the server is silent about triggers.
  const showsTriggers = await grantsOf(ask, 'TRIGGER')
  for (const relation of relations.values()) {
    if (relation.writes !== 'all' && relation.kind === 'table' && !showsTriggers(relation)) {
      relation.key = undefined
      relation.writes = 'all'
    }
  }
  return { dialect: 'mysql', version, schema: own, path: [own], relations, functions: routines.functions }
}

type IdFor = (schema: unknown, name: unknown) => string

async function addKeys(ask: Ask, relations: ReadonlyMap<string, Mutable>, idFor: IdFor): Promise<void> {
  const sql = `select table_schema, table_name, min(column_name), count(*), min(data_type) from information_schema.columns
    where column_key = 'PRI' and table_schema not in ${OWN} group by table_schema, table_name`
  for (const [schema, table, column, count, type] of await ask(sql)) {
    const relation = relations.get(idFor(schema, table))
    const isSure = Number(count) === 1 && /^(?:tinyint|smallint|mediumint|int|bigint|uuid)$/i.test(text(type))
    if (relation !== undefined && isSure) relation.key = keyOf(text(column).toLowerCase(), text(type).toLowerCase())
  }
}

/** The largest key of each type that is stored as it is, signed or not: `insert ignore` makes others fit. */
const MAX_KEYS: Readonly<Record<string, number>> = {
  tinyint: 127,
  smallint: 32_767,
  mediumint: 8_388_607,
  int: 2_147_483_647,
  bigint: Number.MAX_SAFE_INTEGER,
}

function keyOf(column: string, type: string): Relation['key'] {
  return type === 'uuid' ? { column, type } : { column, type: 'integer', max: MAX_KEYS[type] }
}

async function addViews(
  ask: Ask,
  relations: ReadonlyMap<string, Mutable>,
  idFor: IdFor,
  routines: Routines,
): Promise<void> {
  const sql = `select table_schema, table_name, view_definition from information_schema.views where table_schema not in ${OWN}`
  for (const [schema, name, definition] of await ask(sql)) {
    const relation = relations.get(idFor(schema, name))
    if (relation === undefined) continue
    const statement = readStatement(text(definition), 'mysql')
    const called = routines.kindOfView(text(definition), text(schema).toLowerCase())
    const isPlain =
      statement.isComplete && statement.bypass.length === 0 && statement.kind === 'read' && called === 'pure'
    if (called === 'anything') Object.assign(relation, { writesWhenRead: true, writes: 'all' })
    const reads = statement.reads.map((one: TableName) => idFor(one.schema ?? schema, one.name))
    relation.reads = reads
    relation.kind = isPlain && reads.every((id) => relations.has(id)) ? 'view' : 'opaque'
  }
}
