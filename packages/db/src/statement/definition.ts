/**
 * Reads what defines something, is about whole tables, or has another statement inside. Tables come after certain words;
 * queries, in views, rules, triggers and tables made of them, are read as queries.
 */
import { readGroup } from './group.ts'
import { newPart, type Reader } from './reader.ts'
import { isName } from './tokens.ts'
import { AROUND, BEFORE_NAME, BEFORE_TABLE, NO_TABLE, ROWS } from './words.ts'

/** After these, names that are keywords elsewhere are names of tables. */
const IS_TABLE = /^(?:copy|lock|only|sequence|tables?|truncate|view)$/

/**
 * Reads from behind the first word to the end of the statement, or in parentheses until they close.
 *
 * @param isList - Tables come first, with commas between them.
 */
export function readDefinition(reader: Reader, isList: boolean, end: ';' | ')' = ';'): void {
  const { tokens } = reader
  const isMysql = reader.dialect === 'mysql'
  const verb = tokens[reader.verbAt] ?? ''
  const object = tokens[reader.verbAt + 1] ?? ''
  const isAround = AROUND.test(verb)
  let hasList = isList
  let isExpected = isList

  for (let token = reader.peek(); token !== '' && token !== end; token = reader.peek()) {
    const before = tokens[reader.at - 1] ?? ''
    const isAfter = /^(?:as|do|also|instead|return)$/.test(before) || (isAround && token !== 'table')
    if (ROWS.test(token) && (isAfter || (isMysql && verb === 'create' && token === 'select'))) {
      readGroup(reader, ';')
      continue
    }
    if (isExpected && token !== '(') {
      isExpected = false
      if (readName(reader)) continue
      hasList = false
    }
    const next = tokens[++reader.at] ?? ''
    if (token === '(') {
      const isNamed = isExpected && /^(?:inherits|to|except)$/.test(before)
      if (ROWS.test(next) || next === '(') readGroup(reader, ')')
      else reader.within(() => readDefinition(reader, isNamed, ')'))
      isExpected &&= before === verb
    } else if (token === ',') isExpected = hasList
    else if (token === 'begin' && verb === 'create') readBody(reader)
    else if (BEFORE_TABLE.test(`${verb} ${object} ${before} ${token}`) || (isMysql && token === 'like')) {
      isExpected = true
      hasList = !/^(?:alter|create)$/.test(verb) || object === 'publication'
    } else if (/^(?:to|from)$/.test(token)) {
      hasList = false
      if (verb === 'copy' && token === 'to') for (const use of reader.uses) use.isWritten &&= use.part.verb !== ''
    } else if (token === 'execute' && (isAround || before === 'as')) reader.isComplete = false
    // Tables that refer to these are emptied too.
    else if (token === 'cascade' && verb === 'truncate') reader.isComplete = false
    else if (isAround && /^(?:create|refresh)$/.test(token)) {
      reader.verbAt = reader.at - 1
      return readDefinition(reader, false)
    }
    // MySQL has statements in there that are not SQL.
    else if (isMysql && verb === 'create' && /^(?:procedure|function|trigger|event)$/.test(token)) reader.giveUp()
  }
  if (end === ')') reader.take(end)
}

/** Reads the name of a table, if there is one. */
function readName(reader: Reader): boolean {
  reader.skip(BEFORE_NAME)
  const name = reader.peek()
  reader.mayBeNamed(name)
  if (!isName(name) || reader.peek(1) === '=') return false
  if (NO_TABLE.test(name) && !IS_TABLE.test(reader.tokens[reader.at - 1] ?? '')) return false
  reader.readTable(newPart(), 'name')
  return true
}

/** Reads the statements between `begin` and `end`. */
function readBody(reader: Reader): void {
  reader.take('atomic')
  while (reader.peek() !== '' && !reader.take('end')) {
    readGroup(reader, 'end')
    reader.take(';')
  }
}
