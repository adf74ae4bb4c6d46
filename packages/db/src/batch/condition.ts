/** Whether a list of keys is a condition that each row has to meet. Pure. */
import type { Dialect } from '../statement/dialect.ts'
import { isName } from '../statement/tokens.ts'
import type { Part, Parts } from './parts.ts'

/** What binds less than a comparison, or compares itself: next to a list it may take the list's result for a value. */
const COMPARES =
  /^(?:and|any|all|between|case|div|escape|exists|glob|ilike|in|interval|is|isnull|like|match|member|mod|not|notnull|operator|or|overlaps|regexp|rlike|similar|some|sounds|xor)$/
/** Marks of operators that bind more. */
const BINDS_MORE = /^[.:+\-*/%[\]]$/

/**
 * What is compared with the list, if the list is a condition of its own, joined to others by `and`: all of what a condition
 * may be is far more than what is taken for one here.
 *
 * @param level - The condition.
 * @param groups - The parentheses in it that are around the list.
 * @param at - Place of the list in the innermost of them.
 */
export function comparedWith(level: Parts, groups: readonly Parts[], at: number, dialect: Dialect): Parts | undefined {
  const [inner, ...others] = groups
  const terms = termsOf(level, dialect)
  if (inner !== undefined) {
    const isAlone = terms?.some((term) => term.length === 1 && term[0] === inner) === true
    return isAlone ? comparedWith(inner, others, at, dialect) : undefined
  }
  const term = terms?.find((one) => one.at(-1) === level[at + 1])
  const operand = term?.slice(0, level[at] === 'any' ? -3 : -2) ?? []
  return operand.length > 0 && operand.every((part, place) => isOfOperand(part, operand[place - 1], dialect))
    ? operand
    : undefined
}

function isOfOperand(part: Part, before: Part | undefined, dialect: Dialect): boolean {
  if (typeof part === 'object') return true
  // `->` and `->>` of JSON.
  if (part === '>') return before === '-' || before === '>'
  if (part === '|') return dialect !== 'mysql'
  return isName(part) ? !COMPARES.test(part) : BINDS_MORE.test(part) || /^['\d]/.test(part)
}

/** The conditions that `and` joins; `undefined` where something binds less than `and` does, or may do so. */
function termsOf(level: Parts, dialect: Dialect): readonly Parts[] | undefined {
  const isMysql = dialect === 'mysql'
  const terms: Part[][] = [[]]
  let cases = 0
  let betweens = 0
  for (const [at, part] of level.entries()) {
    const next = level[at + 1]
    if (part === 'case') cases++
    else if (part === 'end') cases = Math.max(0, cases - 1)
    else if (cases === 0) {
      if (part === 'or' || part === 'xor') return undefined
      if (isMysql && ((part === '|' && next === '|') || (part === ':' && next === '='))) return undefined
      // Its value may be a condition, up to the unit.
      if (isMysql && part === 'interval' && !isUnit(level[at + 2])) return undefined
      if (part === 'between') betweens++
      else if (part === 'and') {
        if (betweens > 0) betweens--
        else {
          terms.push([])
          continue
        }
      }
    }
    terms.at(-1)!.push(part)
  }
  return cases === 0 ? terms : undefined
}

function isUnit(part: Part | undefined): boolean {
  return typeof part === 'string' && isName(part) && !COMPARES.test(part)
}
