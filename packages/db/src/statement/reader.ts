/** A place among the tokens of a statement, steps from there, and the tables found so far. */
import { type Dialect, nameOf } from './dialect.ts'
import type { Part, Scope, TableUse } from './reading.ts'
import { isName, isNameOrString } from './tokens.ts'
import { CHANGES_TABLES, NO_ALIAS } from './words.ts'

/** What comes next is a table to read, a table to write, or one of a definition. */
export type Expected = 'source' | 'target' | 'name'

/** Groups within each other, so that the stack is never used up. */
const MAX_DEPTH = 300

/** Before one of these, a word is the name itself. */
const NOT_SKIPPED = /^(?:as|default|from|in|limit|on|order|returning|select|set|to|using|values|where|with)$/

/** An alias in PostgreSQL, for which `NO_ALIAS` does not take it. */
const OTHER_ALIAS = /^(?:force|ignore|indexed|lock|overriding|partition|set|straight_join|use|values?)$/

/** Reads one statement. */
export class Reader {
  readonly tokens: readonly string[]
  readonly dialect: Dialect
  /** Index of the next token. */
  at: number
  /** Index of the word that says what the statement does. */
  verbAt: number
  /** How many groups are within each other here. */
  depth = 0
  isComplete = true
  hasCreated = false
  readonly uses: TableUse[] = []

  constructor(tokens: readonly string[], dialect: Dialect, at: number) {
    this.tokens = tokens
    this.dialect = dialect
    this.at = this.verbAt = at
  }

  /** The token that is `ahead` of the next one. */
  peek(ahead = 0): string {
    return this.tokens[this.at + ahead] ?? ''
  }

  /** Goes past the next token if it is this one. */
  take(token: string): boolean {
    return this.peek() === token && ++this.at > 0
  }

  /** Goes past words of this kind, as long as a name follows them. */
  skip(words: RegExp): void {
    while (words.test(this.peek()) && this.isTable(this.peek(1)) && !NOT_SKIPPED.test(this.peek(1))) this.at++
  }

  /** Reads a group that is within the one that is being read. */
  within(read: () => void): void {
    if (++this.depth > MAX_DEPTH) this.giveUp()
    read()
    this.depth--
  }

  /** Leaves the rest unread: it may be anything. */
  giveUp(): void {
    this.isComplete = false
    this.at = this.tokens.length - 1
  }

  /** Whether a token may name a table. */
  isTable(token: string): boolean {
    return isNameOrString(token, this.dialect)
  }

  /** A token that is where a table may come, and is none: a parameter may stand for any, as `??` of `mysql2` does. */
  mayBeNamed(token: string): void {
    if (/^[?:]./.test(token)) this.isComplete = false
  }

  /** Goes past a name. */
  takeName(): string {
    return nameOf(this.tokens[this.at++] ?? '', this.dialect)
  }

  /** Goes past a name of up to three parts: schema and table, or table and column. */
  takePath(): { readonly schema: string | undefined; readonly name: string } {
    let schema: string | undefined
    let name = this.takeName()
    while (this.peek() === '.' && isName(this.peek(1))) {
      this.at++
      schema = name
      name = this.takeName()
    }
    return { schema, name }
  }

  /** Goes past an alias, if there is one. */
  takeAlias(): string | undefined {
    const isAlias = this.take('as') ? this.isTable(this.peek()) : isName(this.peek()) && !NO_ALIAS.test(this.peek())
    return isAlias ? this.takeName() : undefined
  }

  /** Goes past a table and its alias, and notes it, or past the name of a function. */
  readTable(part: Part, access: Expected, scope?: Scope): void {
    const { at, dialect } = this
    const path = this.takePath()
    part.sources++
    if (access === 'source' && this.peek() === '(') return
    if (dialect === 'postgres') this.take('*')
    const alias = (access === 'name' ? undefined : this.takeAlias()) ?? path.name
    if (dialect === 'mysql' && this.tokens[at] === 'dual') return
    const isWritten = access === 'target' || (access === 'name' && CHANGES_TABLES.test(this.tokens[this.verbAt] ?? ''))
    const isOtherAlias = dialect === 'postgres' && OTHER_ALIAS.test(this.peek())
    const hasOtherNames = access === 'source' && (this.peek() === '(' || isOtherAlias)
    const use = { ...path, alias, isWritten, hasOtherNames, at, scope, part }
    this.uses.push(use)
    part.uses.push(use)
  }
}

/** Begins a part. */
export function newPart(verb = ''): Part {
  return { verb, uses: [], sources: 0, where: -1 }
}
