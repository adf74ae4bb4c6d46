/**
 * What the stored functions of MySQL and MariaDB do. They declare it, and nobody checks that: where the body is shown, it is
 * looked at. A trigger or a view may call one that is not shown, as it runs with the rights of whoever made it.
 */
import { nameOf } from '../statement/dialect.ts'
import { isName, tokenize } from '../statement/tokens.ts'
import { type Ask, text } from './ask.ts'
import { schemaAt } from './body.ts'
import { type FunctionKind, worstOf } from './database-schema.ts'
import { type Shown, grantsOf } from './mysql-grants.ts'

/** Begins what may write, or run SQL that a body puts together. */
const WRITES =
  /^(?:alter|call|create|delete|drop|execute|grant|insert|load|lock|prepare|rename|replace|revoke|set|truncate|update)$/
/** Words of that kind that are functions as well. */
const IS_FUNCTION = /^(?:insert|replace|truncate)$/
/** What reads tables, or what the session keeps. */
const READS = /^(?:from|select|table|@)$/
/** Functions of the server itself that views have most, whose names no stored function takes, and keywords. */
const BUILT_IN =
  /^(?:all|and|any|as|between|by|case|distinct|else|from|having|is|join|like|on|or|order|select|then|union|abs|avg|bit_\w+|cast|ceil(?:ing)?|char_length|coalesce|concat(?:_ws)?|convert|count|date(?:_add|_format|_sub|diff)?|day\w*|exists|extract|find_in_set|floor|format|greatest|group_concat|hex|hour|if|ifnull|in|instr|interval|json_\w+|lcase|least|left|length|locate|lower|lpad|ltrim|max|md5|min|minute|mod|month\w*|not|nullif|over|position|pow(?:er)?|quarter|regexp_\w+|repeat|replace|reverse|right|round|row_number|rpad|rtrim|second|sha[12]?|sign|std\w*|substr(?:ing(?:_index)?)?|sum|time(?:diff|stampdiff)?|trim|truncate|ucase|unhex|upper|using|values?|var\w*|week\w*|when|where|year\w*)$/

/** The functions of a server. */
export interface Routines {
  /** Those that are shown, by name; of several with one name the worst. */
  readonly functions: ReadonlyMap<string, FunctionKind>
  /** What a name before parentheses is, of this schema or of the server; `reads` for what is not shown. */
  kindOf(name: string, schema: string): FunctionKind
  /** What a view of a schema calls, at worst. */
  kindOfView(definition: string, schema: string): FunctionKind
}

/** Reads them. */
export async function readRoutines(ask: Ask): Promise<Routines> {
  const rows = await ask(
    "select routine_name, is_deterministic, sql_data_access, routine_definition, routine_type, sql_mode from information_schema.routines where routine_type in ('FUNCTION', 'PACKAGE', 'PACKAGE BODY')",
  )
  const functions = new Map<string, FunctionKind>()
  const bodies = new Map<string, readonly string[]>()
  for (const [routine, isDeterministic, access, definition, type, mode] of rows) {
    const name = text(routine).toLowerCase()
    const { list } = tokenize(text(definition), 'mysql')
    if (type !== 'FUNCTION') {
      for (const [at, token] of list.entries())
        if (token === 'function') functions.set(nameOf(list[at + 1] ?? '', 'mysql'), 'anything')
      continue
    }
    bodies.set(name, [...(bodies.get(name) ?? []), ...list])
    // There a procedure is called without a word.
    const said = /ORACLE/.test(text(mode)) ? 'anything' : declared(text(access), text(isDeterministic))
    functions.set(name, worstOf(functions.get(name), said, kindOfBody(list)))
  }
  // Functions of libraries; a user who may not see them does not know of them.
  for (const [name] of await ask('select name from mysql.func').catch(() => []))
    functions.set(text(name).toLowerCase(), 'anything')
  closeCalls(functions, bodies)
  const isShown: Shown = await grantsOf(ask, 'EXECUTE')
  const kindOf: Routines['kindOf'] = (name, schema) =>
    functions.get(name) ?? (BUILT_IN.test(name) || isShown({ schema }) ? 'pure' : 'reads')
  return {
    functions,
    kindOf,
    kindOfView(definition, schema) {
      const { list } = tokenize(definition, 'mysql')
      const calls = list.flatMap((token, at) => (isName(token) && list[at + 1] === '(' ? [at] : []))
      return worstOf(
        ...calls.map((at) => kindOf(nameOf(list[at] ?? '', 'mysql'), schemaAt(list, at, 'mysql') ?? schema)),
      )
    },
  }
}

function declared(access: string, isDeterministic: string): FunctionKind {
  if (access === 'NO SQL' && isDeterministic === 'YES') return 'pure'
  return access === 'READS SQL DATA' ? 'reads' : 'anything'
}

/** What the words of a body say; `pure` for one that is not shown. */
function kindOfBody(tokens: readonly string[]): FunctionKind {
  // Variables of its own are set by it.
  const writes = tokens.some(
    (token, at) =>
      WRITES.test(token) &&
      !(IS_FUNCTION.test(token) && tokens[at + 1] === '(') &&
      !(token === 'set' && !/^(?:@|global|local|password|persist|role|session|transaction)/.test(tokens[at + 1] ?? '')),
  )
  if (writes) return 'anything'
  return tokens.some((token) => READS.test(token)) ? 'reads' : 'pure'
}

/** A function is as bad as what it calls. */
function closeCalls(functions: Map<string, FunctionKind>, bodies: ReadonlyMap<string, readonly string[]>): void {
  for (let isChanged = true; isChanged; ) {
    isChanged = false
    for (const [name, tokens] of bodies) {
      const called = tokens.filter((token, at) => isName(token) && tokens[at + 1] === '(')
      const kind = worstOf(functions.get(name), ...called.map((token) => functions.get(nameOf(token, 'mysql'))))
      if (kind === functions.get(name)) continue
      functions.set(name, kind)
      isChanged = true
    }
  }
}
