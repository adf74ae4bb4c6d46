/** Reads the catalog of PostgreSQL, by a handful of statements over its own tables. */
import { type Statement, readStatement } from '../statement/index.ts'
import { type Ask, text } from './ask.ts'
import { type BodyNames, byName, hasWrite, writesOfBody } from './body.ts'
import { type FunctionKind, type Relation, type SchemaFacts, idOf, worstOf } from './database-schema.ts'

const OWN = `('pg_catalog', 'information_schema', 'pg_toast')`
const USERS = `(select oid from pg_namespace where nspname not in ${OWN} and nspname !~ '^pg_(?:temp|toast_temp)_')`

/** What the server itself has lies below; it need not be looked through. */
const MADE = 'oid >= 16384'

/** `xmin` is the transaction that wrote a row. */
const ROW = 'xmin::text || ctid::text'
/** A `truncate` and a refresh of a view write the row of their relation, for its files and statistics alone. */
const RELATION = `row(oid, relname, relnamespace, relkind, relowner, relpersistence, relrowsecurity, relforcerowsecurity,
  relhasrules, relhastriggers, relispartition, reltype, reloftype, relnatts, relacl, reloptions)::text`

/** Roles that row security and privileges do not hold for, and those of the session. Others come and go in some programs. */
const ROLES = 'rolsuper or rolbypassrls or rolname in (current_user, session_user)'
const ROLE = 'row(oid, rolname, rolsuper, rolinherit, rolbypassrls)::text'

/** Each part changes when one of its rows does. */
const VERSION = `select md5(concat_ws('|', ${[
  ['pg_namespace', `oid in ${USERS}`],
  ['pg_class', `relnamespace in ${USERS}`, RELATION],
  [
    'pg_attribute',
    `attrelid in (select oid from pg_class where relnamespace in ${USERS} and relkind in ('r','p','v','m','f','c'))`,
  ],
  ['pg_rewrite', `ev_class in (select oid from pg_class where relnamespace in ${USERS})`],
  ['pg_trigger', 'not tgisinternal'],
  ['pg_constraint', `connamespace in ${USERS}`],
  ['pg_proc', `${MADE} and pronamespace in ${USERS}`],
  ['pg_policy', 'true'],
  ['pg_roles', ROLES, ROLE],
  ['pg_auth_members', 'true'],
  ['pg_inherits', 'true'],
  ['pg_attrdef', `adrelid in (select oid from pg_class where relnamespace in ${USERS})`],
  ['pg_type', `${MADE} and typnamespace in ${USERS}`],
  ['pg_enum', 'true'],
  ['pg_operator', `${MADE} and oprnamespace in ${USERS}`],
  ['pg_collation', `${MADE} and collnamespace in ${USERS}`],
  ['pg_ts_config', 'true'],
  ['pg_ts_config_map', 'true'],
  ['pg_ts_dict', 'true'],
  ['pg_cast', MADE],
]
  .map(
    ([table, where, row = ROW]) =>
      `(select concat_ws(',', count(*), sum(hashtext(${row})::bigint)) from ${table} where ${where})`,
  )
  .join(', ')}))`

const RELATIONS = `select c.oid::text, n.nspname, c.relname, c.relkind, c.relrowsecurity,
    exists (select from pg_rewrite r where r.ev_class = c.oid and r.ev_type <> '1'),
    case when c.relkind = 'v' then pg_get_viewdef(c.oid) end,
    (select a.attname || case when a.atttypid = 2950 then ' uuid' else ' integer' end from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
      where i.indrelid = c.oid and i.indisprimary and i.indnkeyatts = 1 and a.atttypid in (20, 21, 23, 2950)),
    (select case when bool_or(a.attgenerated <> '') then null else string_agg(a.attname, chr(1)) end
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace in ${USERS}`

/** What views and policies read, and the functions in them. */
const USES = `select r.ev_class::text, d.refclassid = 'pg_proc'::regclass, d.refobjid::text
    from pg_rewrite r join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
    join pg_class c on c.oid = r.ev_class and c.relkind in ('v', 'm')
    where d.refclassid in ('pg_class'::regclass, 'pg_proc'::regclass) and d.refobjid <> r.ev_class
  union select p.polrelid::text, d.refclassid = 'pg_proc'::regclass, d.refobjid::text
    from pg_policy p join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
    where d.refclassid in ('pg_class'::regclass, 'pg_proc'::regclass) and d.refobjid <> p.polrelid`

const INHERITS = 'select inhrelid::text, inhparent::text from pg_inherits'
const FOREIGN_KEYS = `select confrelid::text, conrelid::text from pg_constraint
  where contype = 'f' and (confdeltype in ('c', 'n', 'd') or confupdtype in ('c', 'n', 'd'))`
const TRIGGERS = `select t.tgrelid::text, l.lanname, p.prosrc from pg_trigger t
  join pg_proc p on p.oid = t.tgfoid join pg_language l on l.oid = p.prolang where not t.tgisinternal and t.tgenabled <> 'D'`
const IS_EXTENSION = `exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')`
/** An aggregate is what its functions are. */
const FUNCTIONS = `select p.oid::text, p.proname, ${IS_EXTENSION}, greatest(p.provolatile::text, (select max(q.provolatile::text)
    from pg_aggregate a join pg_proc q on q.oid in (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn) where a.aggfnoid = p.oid)),
    case when l.lanname in ('sql', 'plpgsql') then p.prosrc else '' end, pg_get_expr(p.proargdefaults, 0)
  from pg_proc p join pg_language l on l.oid = p.prolang where p.pronamespace in ${USERS} and p.prorettype <> 'trigger'::regtype`
const USER_WRITES = `join pg_proc p on d.refclassid = 'pg_proc'::regclass and p.oid = d.refobjid
  and p.provolatile = 'v' and p.pronamespace in ${USERS} and not ${IS_EXTENSION}`
const HIDDEN_CALLS = `select a.adrelid::text, p.oid::text from pg_depend d join pg_attrdef a on d.classid = 'pg_attrdef'::regclass and a.oid = d.objid ${USER_WRITES}
  union select a.attrelid::text, p.oid::text from pg_depend d join pg_attribute a on d.classid = 'pg_type'::regclass and a.atttypid = d.objid ${USER_WRITES}
  union select c.conrelid::text, p.oid::text from pg_depend d join pg_constraint c on d.classid = 'pg_constraint'::regclass and c.oid = d.objid ${USER_WRITES}
  union select t.tgrelid::text, p.oid::text from pg_depend d join pg_trigger t on d.classid = 'pg_trigger'::regclass and t.oid = d.objid ${USER_WRITES} where p.oid <> t.tgfoid`
/** Functions of operators and casts, which results depend on, and of domains, which do not decide what is read. */
const UNSEEN_CALLS = `select p.oid::text, true from pg_operator o join pg_proc p on p.oid = o.oprcode where p.provolatile <> 'i' and p.pronamespace in ${USERS} and not ${IS_EXTENSION}
  union select p.oid::text, true from pg_cast c join pg_proc p on p.oid = c.castfunc where p.provolatile <> 'i' and p.pronamespace in ${USERS} and not ${IS_EXTENSION}
  union select p.oid::text, false from pg_depend d join pg_constraint k on d.classid = 'pg_constraint'::regclass and k.oid = d.objid and k.contypid <> 0 ${USER_WRITES}`

/** A version of the schema. */
export async function postgresVersion(ask: Ask): Promise<string> {
  const [row] = await ask(VERSION)
  return text(row?.[0])
}

type Mutable = { -readonly [Name in keyof Relation]: Relation[Name] }

/** Reads it. */
export async function readPostgresCatalog(ask: Ask): Promise<SchemaFacts> {
  // Before the rest: what changes meanwhile makes another version.
  const version = await postgresVersion(ask)
  const [path] = await ask('select array_to_string(current_schemas(true), chr(1))')
  const { functions, kindById, bodies } = await readFunctions(ask)
  const byOid = new Map<string, Mutable>()
  for (const [oid, schema, name, kind, hasRowSecurity, hasRules, definition, key, columns] of await ask(RELATIONS)) {
    const isOpaque = kind === 'f' || (kind === 'v' && !isPlain(text(definition)))
    byOid.set(text(oid), {
      schema: text(schema),
      name: text(name),
      kind: isOpaque ? 'opaque' : kind === 'v' ? 'view' : 'table',
      reads: [],
      // Behind a foreign one may be any, also one of ours.
      writes: isTrue(hasRules) || kind === 'f' ? 'all' : [],
      cascades: [],
      hasRowSecurity: isTrue(hasRowSecurity),
      key: isTrue(hasRules) ? undefined : keyOf(text(key)),
      columns: columns === null || isTrue(hasRowSecurity) ? undefined : text(columns).split('\u0001'),
    })
  }
  /** Functions that views and policies call, and that are not said to write nothing. */
  const callers: (readonly [Mutable, string])[] = []
  for (const [oid, isFunction, used] of await ask(USES)) {
    const relation = byOid.get(text(oid))
    if (relation === undefined) continue
    if (isTrue(isFunction) && kindById.get(text(used)) === 'anything') callers.push([relation, text(used)])
    // What a materialized view has was read before.
    if (relation.kind === 'table' && !relation.hasRowSecurity) continue
    const other = byOid.get(text(used))
    if (isTrue(isFunction) ? (kindById.get(text(used)) ?? 'pure') === 'pure' : other !== undefined) {
      if (other !== undefined) relation.reads = [...relation.reads, idOf(other)]
    } else relation.kind = 'opaque'
  }
  // A row of a partition is a row of all above it; which one a row goes to is seen by the database alone.
  for (const [child, parent] of await ask(INHERITS)) {
    both(byOid, child, parent, (lower, upper) => {
      addWrite(lower, upper)
      addWrite(upper, lower)
    })
  }
  for (const [parent, child] of await ask(FOREIGN_KEYS)) {
    both(byOid, parent, child, (upper, lower) => {
      upper.cascades = [...upper.cascades, idOf(lower)]
    })
  }
  const names = { tables: byName(byOid.values()), kindOf: (name: string) => functions.get(name) ?? 'pure' }
  const mayWrite = (oid: unknown): boolean => !isReading(bodies.get(text(oid)), names)
  for (const [relation, oid] of callers) {
    if (!mayWrite(oid)) continue
    relation.writes = 'all'
    if (relation.kind !== 'table' || relation.hasRowSecurity) relation.writesWhenRead = true
  }
  for (const [table, language, body] of await ask(TRIGGERS)) {
    const relation = byOid.get(text(table))
    if (relation === undefined) continue
    // It may change which row is written.
    relation.key = undefined
    if (relation.writes === 'all') continue
    // Those of the server itself change the row that is written.
    const isBuiltIn = language === 'internal'
    const writes = language === 'plpgsql' ? writesOfBody(text(body), 'postgres', names) : isBuiltIn ? [] : undefined
    relation.writes = writes === undefined ? 'all' : [...relation.writes, ...writes]
  }
  // Defaults, checks and conditions of triggers may call functions that write.
  for (const [table, called] of await ask(HIDDEN_CALLS)) {
    const relation = byOid.get(text(table))
    if (relation !== undefined && mayWrite(called)) relation.writes = 'all'
  }
  // Operators, casts and domains of users are not seen in a statement.
  const unseen = await ask(UNSEEN_CALLS)
  if (unseen.some(([called, isInResults]) => isTrue(isInResults) || mayWrite(called))) {
    for (const relation of byOid.values()) Object.assign(relation, { kind: 'opaque', writes: 'all' })
  }
  const relations = new Map<string, Relation>([...byOid.values()].map((relation) => [idOf(relation), relation]))
  return { dialect: 'postgres', version, schema: 'public', path: text(path?.[0]).split('\u0001'), relations, functions }
}

async function readFunctions(ask: Ask): Promise<{
  readonly functions: Map<string, FunctionKind>
  readonly kindById: Map<string, FunctionKind>
  /** Of those that may do anything, as far as they can be read. */
  readonly bodies: Map<string, string>
}> {
  const functions = new Map<string, FunctionKind>()
  const kindById = new Map<string, FunctionKind>()
  const bodies = new Map<string, string>()
  /** Names of functions, and what their arguments are by default, which the caller runs. */
  const defaults: (readonly [oid: string, name: string, Statement])[] = []
  for (const [oid, name, isExtension, volatility, body, given] of await ask(FUNCTIONS)) {
    // Of extensions many are volatile and none of those that write tables of ours is called by chance.
    const isHarmless = volatility === 's' || isTrue(isExtension)
    const isRemote = text(name).startsWith('dblink')
    const kind = volatility === 'i' ? 'pure' : isHarmless && !isRemote ? 'reads' : 'anything'
    kindById.set(text(oid), kind)
    if (kind === 'anything') bodies.set(text(oid), text(body))
    if (given !== null) defaults.push([text(oid), text(name), readStatement(`select ${text(given)}`, 'postgres')])
    // Of several with one name the worst counts.
    const known = functions.get(text(name))
    if (known === undefined || known === 'pure' || kind === 'anything') functions.set(text(name), kind)
  }
  for (let isChanged = true; isChanged; ) {
    isChanged = false
    for (const [oid, name, { bypass, calls }] of defaults) {
      const byDefault = worstOf(...calls.map((call) => functions.get(call)), bypass.length > 0 ? 'reads' : 'pure')
      const kind = worstOf(kindById.get(oid), byDefault)
      if (kind === kindById.get(oid)) continue
      isChanged = true
      kindById.set(oid, kind)
      functions.set(name, worstOf(functions.get(name), kind))
    }
  }
  return { functions, kindById, bodies }
}

/** Whether a function that nobody said to be stable writes nothing all the same. */
function isReading(body: string | undefined, names: BodyNames): boolean {
  return body !== undefined && body !== '' && !hasWrite(body) && writesOfBody(body, 'postgres', names) !== undefined
}

/** Whether a view returns the same for everybody and at any time. */
function isPlain(definition: string): boolean {
  const statement = readStatement(definition, 'postgres')
  return statement.isComplete && statement.bypass.length === 0
}

function both(
  byOid: ReadonlyMap<string, Mutable>,
  first: unknown,
  second: unknown,
  act: (first: Mutable, second: Mutable) => void,
): void {
  const one = byOid.get(text(first))
  const other = byOid.get(text(second))
  if (one !== undefined && other !== undefined) act(one, other)
}

function addWrite(relation: Mutable, other: Relation): void {
  if (relation.writes !== 'all') relation.writes = [...relation.writes, idOf(other)]
}

/** `id integer`; without one: empty. */
function keyOf(key: string): Relation['key'] {
  const [, column, type] = /^(.+) (integer|uuid)$/.exec(key) ?? []
  return column === undefined ? undefined : { column, type: type as 'integer' | 'uuid' }
}

function isTrue(value: unknown): boolean {
  return value === true || value === 't'
}
