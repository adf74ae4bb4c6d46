/** Functions of times that may take the time of the call, which no result may be kept with. */
import type { Dialect } from './dialect.ts'

/** Functions of SQLite and MySQL that take the time of the call where they are not given another. */
const TIME = /^(?:date|time|datetime|julianday|unixepoch|strftime|timediff|unix_timestamp)$/
/** In single quotes, or in double ones, in which some builds of SQLite take strings. */
const NOW = /^['"]\s*now/i
const PARAMETER = /^[?:]\S/
/** Longer strings are no times, nor ranges of them. */
const MAX_TIME_LENGTH = 200
/** So many tokens are looked at for a time that is not given. */
const MAX_ARGUMENT_TOKENS = 32

/** Whether PostgreSQL takes a string for the time of the call where it takes one for a time: `now`, `[today,)`. */
export function isTimeOfCall(text: string): boolean {
  return text.length < MAX_TIME_LENGTH && /\b(?:now|today|tomorrow|yesterday)\b/i.test(text)
}

/** Whether a function whose parenthesis is opened by a token may mean the time of the call. */
export function mayTakeNow(name: string, tokens: readonly string[], open: number, dialect: Dialect): boolean {
  const isPostgres = dialect === 'postgres'
  if (isPostgres ? name !== 'age' : !TIME.test(name)) return false
  const values = argumentsAt(tokens, open)
  // One time alone is taken from that of the call.
  if (isPostgres) return values?.length !== 2
  if (values === undefined || values[0] === undefined) return true
  // Nothing else is now in MySQL.
  if (dialect === 'mysql') return false
  if (values.flat().some((token) => PARAMETER.test(token) || NOW.test(token))) return true
  // A format comes first.
  const [time, other = time] = name === 'strftime' ? values.slice(1) : values
  const isUnknown = mayMeanNow(time) || (name === 'timediff' && mayMeanNow(other))
  return time === undefined || isUnknown || tokens.some((token) => NOW.test(token))
}

/** Letters of `now` in a string that is no path into JSON. */
const MAY_BE_PART = /^'(?!\$).*[now]/is

/** Whether SQLite may take a value for `now`: it is put together from strings, or a modifier is in the place of a time. */
function mayMeanNow(value: readonly string[] = []): boolean {
  const [first = ''] = value
  return /^['"]\s*subsec/i.test(first) || (value.length > 1 && value.some((token) => MAY_BE_PART.test(token)))
}

/** The tokens of each argument, without parentheses; `undefined`: too many. */
function argumentsAt(tokens: readonly string[], open: number): readonly (readonly string[])[] | undefined {
  const list: string[][] = []
  let depth = 0
  for (let at = open; at < open + MAX_ARGUMENT_TOKENS; at++) {
    const token = tokens[at] ?? ''
    if (token === '(') depth++
    else if (token === ')' && --depth === 0) return list
    else if (token === ',' && depth === 1) list.push([])
    else (list.at(-1) ?? (list[0] = [])).push(token)
  }
  return undefined
}
