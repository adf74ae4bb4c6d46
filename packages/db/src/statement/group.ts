/**
 * Reads queries and changes of rows. Not a parser: it goes through the tokens once and keeps in mind, for each pair of
 * parentheses, in which clause it is, because that says where the name of a table has to come next. What it does not
 * know it passes by, so that a part of SQL that is new to it hides nothing that comes after it.
 */
import { type Expected, newPart, type Reader } from './reader.ts'
import type { Part, Scope } from './reading.ts'
import { deletedTables, markTargets } from './targets.ts'
import { isName } from './tokens.ts'
import { WithQueries } from './with-queries.ts'
import { BEFORE_NAME, BEFORE_TARGET, NO_ALIAS, ROWS } from './words.ts'

/** In an expression, before `from`, among tables, in `set` of MySQL, or after all that. */
type Clause = 'expression' | 'columns' | 'tables' | 'changes' | 'rest'

/** Where a group ends: at the parenthesis that closes, with the statement, or with that or `end`. */
type End = ')' | ';' | 'end'

/**
 * Reads up to the end of a group, a parenthesis included.
 *
 * @param outer - The names of `with` that are known.
 * @param tablesOf - The part whose tables come next.
 */
export function readGroup(reader: Reader, end: End, outer?: Scope, tablesOf?: Part): void {
  reader.within(() => new Group(reader, outer, tablesOf).read(end))
}

class Group {
  readonly #reader: Reader
  readonly #withQueries: WithQueries
  #part: Part
  #clause: Clause
  #expected: Expected | undefined
  /** A query may begin here. */
  #isStart = true
  /** `using` is followed by tables. */
  #usingIsFrom = false
  #cases = 0
  /** What a statement of MySQL changes, out of its tables, by their aliases; `''` stands for all. */
  #targets: Set<string> | undefined

  constructor(reader: Reader, outer: Scope | undefined, tablesOf: Part | undefined) {
    this.#reader = reader
    this.#withQueries = new WithQueries(reader, outer)
    this.#part = tablesOf ?? newPart()
    this.#clause = tablesOf === undefined ? 'expression' : 'tables'
    this.#expected = tablesOf === undefined ? undefined : 'source'
  }

  read(end: End): void {
    const reader = this.#reader
    for (let token = reader.peek(); token !== ''; token = reader.peek()) {
      if (token === end && this.#cases === 0) break
      if (token === (end === ')' ? end : ';')) break
      const isFirst = this.#isStart
      this.#isStart = false
      reader.at++
      if (this.#expected === undefined || !this.#readExpected(this.#expected, token, isFirst))
        this.#readToken(token, isFirst)
    }
    this.#endPart()
    if (end === ')') reader.take(end)
  }

  /** Reads what comes where a table is expected; `false`: it is none. */
  #readExpected(access: Expected, token: string, isFirst: boolean): boolean {
    const reader = this.#reader
    const next = reader.peek()
    // These come before what is meant.
    if (access === 'source') {
      if (token === '{') return ++reader.at > 0
      if (token === 'rows' && next === 'from') return true
      if (reader.dialect === 'postgres' ? /^(?:only|lateral)$/.test(token) : token === 'lateral' && next === '(')
        return true
    }
    this.#expected = undefined
    if (token === '(') {
      this.#part.sources++
      const before = this.#part.uses.length
      readGroup(reader, ')', this.#withQueries.scope, this.#part)
      if (reader.takeAlias() !== undefined) for (const use of this.#part.uses.slice(before)) use.hasOtherNames = true
      return true
    }
    // The parentheses may be around a query.
    const isQuery = isFirst && ROWS.test(token) && (token !== 'values' || /^(?:\(|row)$/.test(next))
    if (isQuery || !reader.isTable(token)) {
      reader.mayBeNamed(token)
      return false
    }
    reader.at--
    const isHideable = access === 'source' || (reader.dialect === 'mysql' && this.#part.verb === 'update')
    reader.readTable(this.#part, access, isHideable ? this.#withQueries.scope : undefined)
    return true
  }

  #readToken(token: string, isFirst: boolean): void {
    const reader = this.#reader
    const { dialect } = reader
    const next = reader.peek()
    const before = reader.tokens[reader.at - 2] ?? ''
    const mayStart = isFirst || this.#withQueries.areRead
    if (this.#clause === 'changes' && /^(?:set|,)$/.test(before)) {
      reader.at--
      this.#targets?.add(reader.takePath().schema ?? '')
      return
    }
    switch (token) {
      case '(':
        return readGroup(reader, ')', this.#withQueries.scope)
      case ')':
        // None is open.
        reader.isComplete = false
        return
      case ';':
        this.#begin('')
        this.#clause = 'expression'
        this.#withQueries.forget()
        this.#isStart = true
        return
      case ',':
      case 'join':
      case 'straight_join':
        if (this.#clause === 'tables') this.#expected = 'source'
        return
      case 'with':
        if (!mayStart && !this.#isInsert()) return
        this.#clause = 'expression'
        this.#withQueries.begin()
        return
      case 'as':
        // Any word may name a column.
        if (this.#clause === 'columns' && reader.isTable(next)) reader.at++
        else if (this.#withQueries.areRead && /^(?:\(|not|materialized)$/.test(next))
          this.#withQueries.read(() => readGroup(reader, ')', this.#withQueries.scope))
        return
      case 'select':
        return this.#begin(token)
      case 'table':
        if (!isName(next) || (!mayStart && !this.#isInsert())) return
        this.#begin(token)
        this.#expected = 'source'
        return
      case 'union':
      case 'intersect':
      case 'except':
        this.#isStart = true
        return this.#leaveTables()
      case 'all':
      case 'distinct':
        this.#isStart = isFirst
        return
      case 'from':
        // But not in `is distinct from`.
        if (
          this.#clause !== 'expression' &&
          !(before === 'distinct' && /^(?:is|not)$/.test(reader.tokens[reader.at - 3] ?? ''))
        )
          this.#expectTables()
        return
      case 'using':
        if (this.#usingIsFrom) this.#expectTables()
        this.#usingIsFrom = false
        return
      case 'where':
        if (this.#part.where < 0) this.#part.where = reader.at
        return this.#leaveTables()
      case 'set':
        if (this.#part.verb !== 'update' && before !== 'update') return this.#mayLeaveTables(next)
        this.#leaveTables()
        if (dialect !== 'mysql' || this.#part.sources < 2) return
        this.#clause = 'changes'
        this.#targets = new Set()
        return
      case 'values':
      case 'window':
      case 'returning':
        return this.#mayLeaveTables(next)
      case 'for':
        if (/^(?:update|share|no|key)$/.test(next)) this.#leaveTables()
        return
      case 'group':
      case 'order':
        // But not in hints of MySQL: `use index for order by (i)`.
        if (before !== 'for') this.#leaveTables()
        return
      case 'having':
      case 'limit':
        return this.#leaveTables()
      case 'case':
        this.#cases++
        return
      case 'end':
        this.#cases--
        return
      case 'in':
        if (dialect === 'sqlite' && reader.isTable(next)) reader.readTable(newPart(), 'source', this.#withQueries.scope)
        return
      case 'into':
        // This makes a table in PostgreSQL, and sets variables or writes a file in MySQL.
        if (dialect !== 'postgres' || this.#clause === 'expression') return
        reader.skip(BEFORE_NAME)
        reader.hasCreated = true
        this.#expected = 'target'
        return
      case 'insert':
      case 'replace':
      case 'update':
      case 'delete':
      case 'merge':
        if (!mayStart) return
        if (next !== 'as' && (reader.isTable(next) || (token === 'update' && next === '('))) this.#change(token)
        else reader.mayBeNamed(next)
    }
  }

  #begin(verb: string): void {
    this.#endPart()
    this.#part = newPart(verb)
    this.#clause = verb === 'select' ? 'columns' : 'rest'
    this.#expected = undefined
    this.#withQueries.end()
    this.#usingIsFrom = false
  }

  #endPart(): void {
    if (this.#targets !== undefined) markTargets(this.#part, this.#targets)
    this.#targets = undefined
  }

  #isInsert(): boolean {
    return /^(?:insert|replace)$/.test(this.#part.verb)
  }

  #expectTables(): void {
    this.#clause = 'tables'
    this.#expected = 'source'
  }

  #leaveTables(): void {
    if (this.#clause !== 'expression') this.#clause = 'rest'
  }

  /** Ends the tables by a word that may also be an alias or a name. */
  #mayLeaveTables(next: string): void {
    if (!/^[,);]?$/.test(next) && !NO_ALIAS.test(next)) this.#leaveTables()
  }

  #change(verb: string): void {
    const reader = this.#reader
    const isMysql = reader.dialect === 'mysql'
    this.#begin(verb)
    if (reader.take('or')) reader.at++
    if (verb !== 'delete') reader.skip(BEFORE_TARGET)
    this.#usingIsFrom = verb === 'merge' || (verb === 'delete' && !isMysql)
    if (verb === 'delete') {
      this.#targets = isMysql ? deletedTables(reader) : undefined
      if (this.#targets !== undefined) {
        this.#usingIsFrom = reader.peek() === 'using'
        return
      }
      reader.take('from')
      reader.skip(BEFORE_TARGET)
    }
    if (isMysql && verb === 'update') this.#clause = 'tables'
    this.#expected = 'target'
  }
}
