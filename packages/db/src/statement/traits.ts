/** What the words of a statement say about its result: whether it may be kept, and what it is made of. */
import { type Dialect, nameOf } from './dialect.ts'
import { isTimeOfCall, mayTakeNow } from './time-of-call.ts'
import { isName } from './tokens.ts'
import { ROWS } from './words.ts'

/** Why the result of a statement is not to be kept. */
export type BypassReason = 'lock' | 'session' | 'several' | 'temporary' | 'volatile'

/** What `traitsOf` found out. */
export interface Traits {
  readonly bypass: Set<BypassReason>
  /** Names before parentheses: what it calls, and some keywords. */
  readonly calls: ReadonlySet<string>
  readonly hasAggregates: boolean
  readonly hasWindows: boolean
}

/** Functions whose result is not that of their arguments alone, or that do something. */
const VOLATILE =
  /^(?:now|(?:clock|statement|transaction)_timestamp|timeofday|random\w*|rand|encrypt|setseed|gen_random_\w+|uuid\w*|sys_guid|nextval|currval|lastval|setval|txid_\w+|pg_(?!typeof)\w+|dblink\w*|lo_\w+|lo(?:read|write)|currtid2|mxid_age|current_\w+|set_config|inet_(?:client|server)_\w+|version|sysdate|curdate|curtime|utc_\w+|last_insert_\w+|found_rows|row_count|connection_id|user|session_user|system_user|database|schema|get_lock|release_\w*lock\w*|is_\w+_lock|sleep|benchmark|master_\w+|load_file|changes|total_changes|load_extension|(?:query|table|cursor|schema|database)_to_\w+|ts_stat|ts_rewrite|to_reg\w+|has_\w+_privilege|row_security_active|(?:col|obj|shobj)_description|xpath_table|crosstab\w*|sqlite_offset|analyse|array_(?:shuffle|sample)|(?:brin|gin)_\w+|amvalidate|plpgsql_validator)$/
/** The same without parentheses. */
const VOLATILE_WORD =
  /^(?:current_(?:catalog|date|role|schema|time|timestamp|user)|local(?:time|timestamp)|session_user|system_user|ctid|utc_(?:date|time|timestamp)|sql_calc_found_rows|tablesample|reg(?:class|type|proc|procedure|oper|operator|role|namespace|config|dictionary|collation))$/
/** Functions over many rows. */
const AGGREGATE =
  /^(?:count|(?:decimal_)?sum|avg|min|max|total|every|mode|corr|(?:group|string|array|jsonb?|xml|range|bool|bit)\w*_?(?:agg(?:_unique|_strict)*|concat|arrayagg|objectagg|and|or|xor)|\w+_group_(?:array|object|bbox)|std(?:d?ev\w*)?|var_\w+|variance|covar_\w+|regr_\w+|percentile\w*|median|any_value)$/

/** Whether a function is one over many rows. */
export function isAggregate(name: string): boolean {
  return AGGREGATE.test(name)
}

/** Goes through all tokens of a string. */
export function traitsOf(tokens: readonly string[], dialect: Dialect): Traits {
  const bypass = new Set<BypassReason>()
  const calls = new Set<string>()
  let hasAggregates = false
  let hasWindows = false
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    const before = tokens[at - 1] ?? ';'
    const next = tokens[at + 1] ?? ''
    if (token === '(' && isName(before) && !isListOfQuery(tokens, at)) {
      const name = nameOf(before, dialect)
      calls.add(name)
      if (VOLATILE.test(name) || mayTakeNow(name, tokens, at, dialect)) bypass.add('volatile')
      if (AGGREGATE.test(name)) hasAggregates = true
    } else if (isVolatile(token, next, dialect)) bypass.add('volatile')
    else if (isLock(token, next)) bypass.add('lock')
    else if (isOfSession(token, before, dialect)) bypass.add('session')
    else if (/^temp(?:orary)?$/.test(token) && /^(?:create|drop|global|into|local|replace)$/.test(before))
      bypass.add('temporary')
    else if (token === 'group' && next === 'by') hasAggregates = true
    else if (token === 'over' || token === 'window') hasWindows = true
  }
  return { bypass, calls, hasAggregates, hasWindows }
}

/** Whether the statement that begins at a token ends the transaction that it is run in, or begins another. */
export function endsTransactionAt(tokens: readonly string[], start: number, dialect: Dialect): boolean {
  const [verb = '', ...next] = tokens.slice(start, start + 3)
  if (verb === 'rollback') return next[next[0] === 'work' || next[0] === 'transaction' ? 1 : 0] !== 'to'
  if (verb === 'start' || verb === 'prepare') return next[0] === 'transaction'
  if (dialect === 'mysql' && /^(?:un)?lock$/.test(verb)) return /^tables?$/.test(next[0] ?? '')
  return /^(?:abort|begin|commit|end|xa)$/.test(verb)
}

/** Whether a word or a string has a value of its own. */
function isVolatile(token: string, next: string, dialect: Dialect): boolean {
  if (dialect === 'postgres') {
    // Also `t.ctid`.
    if (token === 'user' || token === '"ctid' || (token.startsWith("'") && isTimeOfCall(token))) return true
  }
  return VOLATILE_WORD.test(token) || (token === 'value' && next === 'for')
}

function isLock(token: string, next: string): boolean {
  return (token === 'for' && /^(?:update|share|no|key)$/.test(next)) || (token === 'lock' && next === 'in')
}

/** Whether a result is one of the session, or what is read goes into it. */
function isOfSession(token: string, before: string, dialect: Dialect): boolean {
  if (before === ';') return /^(?:copy|desc|describe|explain|set)$/.test(token)
  return (token === '@' && dialect === 'mysql') || (token === 'into' && dialect !== 'postgres')
}

/** Whether parentheses are around the columns of a query of `with`. */
function isListOfQuery(tokens: readonly string[], open: number): boolean {
  let close = open + 2
  while (tokens[close] === ',' && isName(tokens[close + 1] ?? '')) close += 2
  if (!isName(tokens[open + 1] ?? '') || tokens[close] !== ')' || tokens[close + 1] !== 'as') return false
  // Columns and their types may come behind a function as well: `f(a) as (k int)`.
  const next = tokens[close + 2] ?? ''
  return next === '('
    ? /^\($/.test(tokens[close + 3] ?? '') || ROWS.test(tokens[close + 3] ?? '')
    : /^(?:not|materialized)$/.test(next)
}
