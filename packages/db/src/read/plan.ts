/** What a statement means for the cache, found out once for each text and version of the schema. */
import type { DatabaseSchema, NamedTable, Relation } from '../catalog/database-schema.ts'
import { type DependencyPlan, type PlanOptions, planDependencies } from '../dependencies/plan.ts'
import { tableTag } from '../dependencies/tags.ts'
import type { Column, Params } from '../driver/driver.ts'
import { type Dialect, type Statement, readStatement } from '../statement/index.ts'
import type { Placeholders } from '../statement/placeholders.ts'

/** Why a result is not kept. */
export type Bypass =
  | 'lock'
  | 'session'
  | 'several'
  | 'temporary'
  | 'volatile'
  | 'unknown'
  | 'table'
  | 'system'
  | 'function'
  | 'row-security'
  | 'parameter'
  | 'option'
  | 'transaction'
  | 'settings'
  | 'write'

/** Schemas of the database itself. */
const SYSTEM = /^(?:pg_catalog|information_schema|performance_schema|mysql|sys)$/
const SYSTEM_TABLE = /^(?:sqlite_|pg_)/

/** What is known of a text. */
export interface Plan {
  readonly sql: string
  readonly dialect: Dialect
  readonly statement: Statement
  readonly dependencies: DependencyPlan
  /** Why results are not kept, whatever the call says. */
  readonly bypass: Bypass | undefined
  /** Whether it may change something: rows, or the schema. */
  readonly mayWrite: boolean
  /** Whether that may be anything. */
  readonly mayWriteAll: boolean
  /** Whether a rollback leaves some of what it writes. */
  readonly isPermanent: boolean
  /** Tables that it reads or writes, as tags name them. */
  readonly tables: readonly string[]
  /** Tags of those that it reads. */
  readonly tableTags: readonly string[]
  /** Whether some of them show each session other rows. */
  readonly hasRowSecurity: boolean
  /** What keys begin with. */
  readonly keyStart: string
  /** Tags of the result, where they are the same for all lists of parameters. */
  readonly fixedTags: readonly string[] | undefined
  /** Whether it may change what its connection is like: settings, role, temporary tables, an open transaction. */
  readonly mayChangeSession: boolean
  /** Whether it may make a temporary table, which hides others on its connection. */
  readonly mayMakeTemporary: boolean
  /** The columns that it had when it was last run. */
  columns: readonly Column[] | undefined
  /** What it has parameters for, once that was looked at. */
  placeholders: Placeholders | undefined
  /** How often it was run by this process, for preparing it. */
  runs: number
}

/** Makes the plan of a text. */
export function planOf(sql: string, schema: DatabaseSchema, keyStart: string, options: PlanOptions): Plan {
  const { dialect } = schema
  const statement = readStatement(sql, dialect)
  const { kind, count, fingerprint, reads, writes } = statement
  const keepsRows =
    count === 1 && /^insert into\b/.test(fingerprint) && !/\b(?:conflict|duplicate)\b/i.test(sql) && writes.length === 1
  const dependencies = planDependencies(sql, keepsRows ? schema.forInserts : schema.forOthers, options)
  const relations = schema.reads(reads)
  const written = schema.writes(writes)
  // Temporary functions are in no catalog.
  const callsUnknown = dialect === 'postgres' && dependencies.calls.length > 0 && /\bpg_temp\w*"?\s*\./i.test(sql)
  const called =
    callsUnknown || relations?.some(({ writesWhenRead }) => writesWhenRead)
      ? 'anything'
      : schema.calls(dependencies.calls, [...reads, ...writes])
  const isRead = kind === 'read' || kind === 'session'
  const isAboutRows = kind !== 'session' && kind !== 'transaction'
  const mayWriteAll = called === 'anything' || (isAboutRows && dependencies.writesTables === undefined)
  return {
    sql,
    dialect,
    statement,
    dependencies,
    bypass: bypassOf(statement, called, relations, dialect),
    mayWrite: mayWriteAll || !isRead,
    mayWriteAll,
    isPermanent:
      written.some(({ ignoresRollback }) => ignoresRollback === true) ||
      // These commit what came before, too.
      (dialect === 'mysql' && (kind === 'ddl' || fingerprint.startsWith('truncate'))),
    tables: [...new Set([...reads, ...writes].map((one) => schema.nameOf(one)))],
    tableTags: dependencies.readsTables.map(tableTag),
    hasRowSecurity: relations?.some(({ hasRowSecurity }) => hasRowSecurity) ?? false,
    keyStart,
    fixedTags: fixedTagsOf(dependencies),
    mayChangeSession: mayWriteAll || called !== 'pure' || !isPlain(statement),
    mayMakeTemporary: !isPlain(statement) && /\btemp(?:orary)?\b/i.test(sql),
    columns: undefined,
    placeholders: undefined,
    runs: 0,
  }
}

/** What a result depends on. */
export function tagsOf({ fixedTags, dependencies }: Plan, params: Params): readonly string[] {
  return fixedTags !== undefined && Array.isArray(params) ? fixedTags : dependencies.readTags(params)
}

/** Values that could be keys. */
const KEYS = ['7', '00000000-0000-4000-8000-000000000007']

/** Tags that name rows depend on the parameters. Whether there are such is seen with parameters that could be keys. */
function fixedTagsOf(dependencies: DependencyPlan): readonly string[] | undefined {
  const tags = dependencies.readTags([])
  const isSame = (params: Params): boolean => dependencies.readTags(params).join(' ') === tags.join(' ')
  return KEYS.every((key) => isSame(new Proxy([], { get: () => key }))) ? tags : undefined
}

function bypassOf(
  statement: Statement,
  called: ReturnType<DatabaseSchema['calls']>,
  relations: readonly Relation[] | undefined,
  dialect: Dialect,
): Bypass | undefined {
  if (statement.kind !== 'read') return statement.kind === 'session' ? 'session' : 'write'
  if (!statement.isComplete) return 'unknown'
  const [first] = statement.bypass
  if (first !== undefined) return first
  if (statement.reads.some((table) => isSystem(table, dialect))) return 'system'
  if (relations === undefined) return 'table'
  if (relations.some(({ kind }) => kind === 'opaque')) return 'system'
  return called === 'pure' ? undefined : 'function'
}

/** Whether a statement touches rows and nothing else. */
function isPlain({ kind, count, isComplete, calls }: Statement): boolean {
  return (kind === 'read' || kind === 'write') && count === 1 && isComplete && !calls.includes('set_config')
}

function isSystem({ schema, name }: NamedTable, dialect: Dialect): boolean {
  return (schema !== undefined && SYSTEM.test(schema)) || (dialect !== 'mysql' && SYSTEM_TABLE.test(name))
}
