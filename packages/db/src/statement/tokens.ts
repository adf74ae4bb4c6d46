/**
 * SQL cut into tokens, in one pass whose time is linear in the length of the text, whatever the text.
 *
 * A token is a string that says by its first character what it is:
 *
 * | first character | token |
 * | --- | --- |
 * | letter, `_` | a word: keyword or name without quotes, in lower case |
 * | `"` | a name that is no keyword: quoted, or right behind a dot; without the closing quote |
 * | `'` | a string, without the closing quote |
 * | digit, or `.` and a digit | a number |
 * | `?` and a digit, `:` and a letter | a parameter: `?0` is the first one, `:name` one with a name |
 * | any other | this one character |
 */
import { isDigit, isWordPart, isWordStart } from './characters.ts'
import type { Dialect } from './dialect.ts'

/** The tokens of a text, with an empty one at the end. */
export interface Tokens {
  readonly list: readonly string[]
  /** Whether the text cannot be taken otherwise: nothing unterminated, nothing that depends on the server. */
  readonly isCertain: boolean
}

const NUMBER = /0[xb][\da-f]+|\d[\d_]*\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?/iy
const DOLLAR_TAG = /\$(?:[a-z_\x80-\uffff][\w\x80-\uffff]*)?\$/iy
/** MariaDB takes comments for later versions of MySQL as comments, MySQL runs them. */
const LAST_COMMON_VERSION = 50_699

/** Cuts a text into tokens. Takes any text. */
export function tokenize(sql: string, dialect: Dialect): Tokens {
  const isPostgres = dialect === 'postgres'
  const isMysql = dialect === 'mysql'
  const isSqlite = dialect === 'sqlite'
  const list: string[] = []
  const names = new Set<string>()
  let isCertain = true
  let isWithinComment = false
  let params = 0
  let hasQuotedMark = false
  let at = 0

  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(sql)?.[0] ?? ''
    at += found.length
    return found
  }
  /** Goes behind what comes next of a pattern, or to the end. */
  const past = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(sql)
    at = found === null ? sql.length : pattern.lastIndex
    return found?.[0] ?? ''
  }
  /** Where `mark` is from here on, or the end. */
  const find = (mark: string): number => {
    const found = sql.indexOf(mark, at)
    if (found >= 0) return found
    isCertain = false
    return sql.length
  }
  /** What is within quotes, from the opening one on. */
  const quoted = (quote: string, hasEscapes: boolean): string => {
    const close = quote.charCodeAt(0)
    const start = ++at
    let isPlain = true
    for (; at < sql.length; at++) {
      const code = sql.charCodeAt(at)
      if (code === 92 && hasEscapes) at++
      else if (code === close) {
        if (close === 93 || sql.charCodeAt(at + 1) !== close) {
          const text = sql.slice(start, at++)
          return isPlain ? text : text.replaceAll(quote + quote, quote)
        }
        isPlain = false
        at++
      }
    }
    isCertain = false
    return sql.slice(start)
  }
  const word = (): void => {
    const start = at
    let isAscii = true
    for (let code = sql.charCodeAt(at); isWordPart(code); code = sql.charCodeAt(++at)) isAscii &&= code < 128
    const raw = sql.slice(start, at)
    // Only ASCII is folded, by all of these databases.
    const lower = isAscii ? raw.toLowerCase() : raw.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    if (isPostgres && lower === 'e' && sql[at] === "'") {
      // A string with escapes, which may go on in another line.
      do list.push(`'${quoted("'", true)}`)
      while (match(/\s*\n\s*(?=')/y) !== '')
    } else if (isPostgres && lower === 'u' && sql.startsWith('&"', at)) {
      // A name with escapes, whose escape character comes behind it.
      isCertain = false
      at++
      list.push(`"${quoted('"', false)}`)
    } else list.push(list.at(-1) === '.' ? `"${lower}` : lower)
  }
  const comment = (): void => {
    const version = isMysql ? /^\/\*M?!(\d{0,6})/.exec(sql.slice(at, at + 12)) : null
    if (version !== null) {
      // Servers run what is within this one.
      if (Number(version[1]) > LAST_COMMON_VERSION) isCertain = false
      at += version[0].length
      isWithinComment = true
      return
    }
    at += 2
    if (!isPostgres) at = find('*/') + 2
    // Comments contain comments.
    else {
      let depth = 1
      while (depth > 0 && at < sql.length) depth += past(/\/\*|\*\//g) === '/*' ? 1 : -1
      if (depth > 0) isCertain = false
    }
  }
  const parameter = (token: string): void => {
    if (isDigit(token.charCodeAt(1))) {
      list.push(`?${Number(token.slice(1)) - 1}`)
      params = Math.max(params, Number(token.slice(1)))
    } else if (token === '?') list.push(`?${params++}`)
    else {
      if (!names.has(token)) params++
      names.add(token)
      list.push(`:${token.slice(1)}`)
    }
  }

  while (at < sql.length) {
    const code = sql.charCodeAt(at)
    const mark = sql.charAt(at)
    const next = sql.charAt(at + 1)
    if (code < 33 || (code === 0xfeff && isSqlite)) {
      // The text may end here for the server.
      if (code === 0) isCertain = false
      at++
    } else if (isWordStart(code)) word()
    else if (isDigit(code) || (mark === '.' && isDigit(next.charCodeAt(0)) && !isName(list.at(-1) ?? ''))) {
      const start = at
      match(NUMBER)
      // MySQL has names that begin with a digit.
      const isNumber = !isMysql || match(/[\w$\x80-\uffff]+/y) === ''
      list.push((isNumber ? '' : '"') + sql.slice(start, at))
    } else if (mark === "'" || mark === '"' || mark === '`' || (mark === '[' && isSqlite)) {
      const isString = mark === "'" || (mark === '"' && isMysql)
      list.push((isString ? "'" : '"') + quoted(mark === '[' ? ']' : mark, isString && isMysql))
      hasQuotedMark ||= list.at(-1)!.includes('?')
    } else if (mark === '-' && next === '-' && !(isMysql && sql.charCodeAt(at + 2) > 32)) {
      past(isPostgres ? /[\n\r]/g : /\n/g)
    } else if (mark === '#' && isMysql) past(/\n/g)
    else if (mark === '/' && next === '*') comment()
    else if (isWithinComment && mark === '*' && next === '/') {
      isWithinComment = false
      at += 2
    } else if (mark === '$' && isPostgres && !isDigit(next.charCodeAt(0))) {
      const tag = match(DOLLAR_TAG)
      const end = tag === '' ? at : find(tag)
      list.push(tag === '' ? mark : `'${sql.slice(at, end)}`)
      at = end + (tag.length || 1)
    } else if (mark === '$' && isPostgres) parameter(match(/\$\d+/y))
    else if (mark === '?' && !isPostgres) {
      // `mysql2` puts a name in its place, and counts one parameter.
      if (isMysql && next === '?') isCertain = false
      parameter(match(/\?\d*/y))
    } else if ((mark === ':' && !isPostgres) || ((mark === '@' || mark === '$') && isSqlite)) {
      const name = match(/.[\w$\x80-\uffff]+/y)
      if (name !== '') parameter(name)
      else list.push(sql.charAt(at++))
    } else list.push(sql.charAt(at++))
  }
  list.push('')
  // Which of them is a parameter differs between versions of `mysql2`.
  if (isMysql && hasQuotedMark && params > 0) isCertain = false
  return { list, isCertain }
}

/** Whether a token may be a name. */
export function isName(token: string): boolean {
  const code = token.charCodeAt(0)
  return code === 34 || isWordStart(code)
}

/** The same where nothing but a name can be: SQLite takes a string there, MySQL one in double quotes if it is told so. */
export function isNameOrString(token: string, dialect: Dialect): boolean {
  return isName(token) || (token.startsWith("'") && dialect !== 'postgres')
}
