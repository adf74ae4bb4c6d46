/** A statement as a tree of its parentheses, and the clauses of a query in it. Pure. */
import type { Dialect } from '../statement/dialect.ts'
import { isName, tokenize } from '../statement/tokens.ts'

/** A token, or what is within parentheses. */
export type Part = string | Parts
export type Parts = readonly Part[]

/** Where the list is. */
export interface ListPlace {
  /** The parentheses around it, the outermost first: the statement itself. */
  readonly around: readonly Parts[]
  /** Place of its `in` or `any` in the innermost ones. */
  readonly at: number
}

/** The clauses of a query, as places in its parts. */
export interface Clauses {
  readonly parts: Parts
  readonly select: number
  readonly from: number
  readonly where: number
  /** Behind its condition. */
  readonly end: number
}

/** Cuts a statement, and finds the list of keys in it. */
export function placeOfList(sql: string, dialect: Dialect): ListPlace | undefined {
  const open: Part[][] = [[]]
  let place: ListPlace | undefined
  for (const token of tokenize(sql, dialect).list) {
    const parts = open.at(-1)!
    if (token === ')' && open.length > 1) open.pop()
    else if (token === '(') {
      const group: Part[] = []
      parts.push(group)
      open.push(group)
    } else {
      if (parts.length === 0 && /^\?./.test(token)) {
        const around = open.slice(0, -1)
        const at = (around.at(-1)?.length ?? 0) - 2
        if (/^(?:any|in)$/.test(String(around.at(-1)?.[at]))) place = { around, at }
      }
      parts.push(token)
    }
  }
  return place
}

/** Ends a condition. What is no reserved word ends none: it may be the name of a column. */
const AFTER_WHERE = /^(?:group|having|order|;|)$/
const AFTER_WHERE_TOO: Readonly<Record<Dialect, RegExp>> = {
  postgres: /^for$/,
  mysql: /^(?:for|into|lock|procedure)$/,
  sqlite: /^$/,
}

/** The clauses of a query with a condition; `undefined` for anything else. */
export function clausesOf(parts: Parts, dialect: Dialect): Clauses | undefined {
  const select = parts.indexOf('select')
  const over = parts.indexOf(';')
  if (over >= 0 && parts.slice(over).some((part) => part !== ';' && part !== '')) return undefined
  if (select < 0 || (select > 0 && parts[0] !== 'with')) return undefined
  // `a is distinct from b` is an operator.
  const from = parts.findIndex((part, at) => at > select && part === 'from' && parts[at - 1] !== 'distinct')
  const where = from < 0 ? -1 : parts.indexOf('where', from)
  const ends = (part: Part): boolean =>
    typeof part === 'string' && (AFTER_WHERE.test(part) || AFTER_WHERE_TOO[dialect].test(part))
  if (from < 0) return undefined
  const end = parts.findIndex((part, at) => at > Math.max(from, where) && ends(part))
  return { parts, select, from, where, end: end < 0 ? parts.length : end }
}

/** Whether parentheses are around a query. */
export function isQuery([first]: Parts): boolean {
  return typeof first === 'string' && /^(?:select|table|values|with)$/.test(first)
}

/** Parts between commas. */
export function itemsOf(parts: Parts): readonly Parts[] {
  const items: Part[][] = [[]]
  for (const part of parts) {
    if (part === ',') items.push([])
    else items.at(-1)!.push(part)
  }
  return items
}

/** The names of `a`, `t.a` or `s.t.a`; `undefined` for anything else. */
export function pathOf(parts: Parts): readonly string[] | undefined {
  const isPath =
    parts.length % 2 === 1 &&
    parts.every((part, at) => (at % 2 === 1 ? part === '.' : typeof part === 'string' && isName(part)))
  return isPath ? (parts.filter((part) => part !== '.') as string[]) : undefined
}
