/**
 * What the body of a trigger may write: every table whose name occurs in it. That is more than it writes, and never
 * less, unless it runs SQL that it puts together, or calls what may do so.
 */
import type { Dialect } from '../statement/index.ts'
import { nameOf } from '../statement/dialect.ts'
import { isNameOrString, tokenize } from '../statement/tokens.ts'
import type { FunctionKind } from './database-schema.ts'

/** Words by which a body may write more than tables that it names, or change its session. */
const ANYTHING = /^(?:execute|call|prepare|create|alter|drop|rename|cascade|copy|load|lock|use)$/
/** Words by which rows are written. */
const WRITES = /^(?:insert|update|delete|merge|truncate|refresh)$/
/** Functions of the database itself that take SQL, or names of tables, or change the session. */
const TAKES_SQL = /^(?:dblink|lo_|set_config$|ts_stat$|ts_rewrite$|.*_to_xml)/
/** Settings, besides `set` of an update and of a variable. */
const SETTING = /^(?:session|local|global|role|search_path|time|timezone|transaction|constraints)$/

/** What the names in a body stand for. */
export interface BodyNames {
  /** Tables and views of any schema, by their name alone. */
  tables(name: string): readonly string[]
  /** What a function is, of a schema where one is named. */
  kindOf(name: string, schema?: string): FunctionKind
}

/** Tables that a body may write, as `schema.name`; `undefined` where it may be any. */
export function writesOfBody(body: string, dialect: Dialect, names: BodyNames): readonly string[] | undefined {
  const { list, isCertain } = tokenize(body, dialect)
  if (!isCertain) return undefined
  const written = new Set<string>()
  for (const [index, token] of list.entries()) {
    if (ANYTHING.test(token)) return undefined
    const next = list[index + 1] ?? ''
    // SQL of its own, in a string.
    if (token === 'do' && dialect === 'postgres' && /^(?:'|language$)/.test(next)) return undefined
    if (token === 'set' && (SETTING.test(next) || list[index + 2] === 'to')) return undefined
    if (!isNameOrString(token, dialect)) continue
    const name = nameOf(token, dialect)
    const tables = names.tables(name)
    for (const table of tables) written.add(table)
    const kind = names.kindOf(name, schemaAt(list, index, dialect))
    // PostgreSQL calls `f(row)` as `row.f` as well.
    if (kind === 'anything' || (next === '(' && tables.length === 0 && (kind !== 'pure' || TAKES_SQL.test(name)))) {
      return undefined
    }
  }
  return [...written]
}

/** Whether a body of PostgreSQL has a word by which rows are written. */
export function hasWrite(body: string): boolean {
  return tokenize(body, 'postgres').list.some((token) => WRITES.test(token))
}

/** The schema that is written before a name. */
export function schemaAt(tokens: readonly string[], at: number, dialect: Dialect): string | undefined {
  return tokens[at - 1] === '.' ? nameOf(tokens[at - 2] ?? '', dialect) : undefined
}

/** Finds tables by their name alone. */
export function byName(
  relations: Iterable<{ readonly schema: string; readonly name: string }>,
): (name: string) => readonly string[] {
  const found = new Map<string, string[]>()
  for (const { schema, name } of relations) found.set(name, [...(found.get(name) ?? []), `${schema}.${name}`])
  return (name) => found.get(name) ?? []
}
