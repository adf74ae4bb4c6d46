/** Queries of `with`: their names, and from where on each of them is seen. */
import { nameOf } from './dialect.ts'
import type { Reader } from './reader.ts'
import type { Scope } from './reading.ts'
import { isName } from './tokens.ts'

export class WithQueries {
  readonly #reader: Reader
  readonly #outer: Scope | undefined
  #scope: Scope | undefined
  /** Names come here: the token from which on they are seen; -1: their own query, infinite: after it. */
  #from: number | undefined

  /** @param outer - The names that are known around. */
  constructor(reader: Reader, outer: Scope | undefined) {
    this.#reader = reader
    this.#outer = this.#scope = outer
  }

  /** The names that are known here. */
  get scope(): Scope | undefined {
    return this.#scope
  }

  /** Whether they come here, before the statement that they are for. */
  get areRead(): boolean {
    return this.#from !== undefined
  }

  /**
   * After `with`. In PostgreSQL, `recursive` lets all of these queries see each other; in SQLite they always do; in MySQL
   * they see those before them, and themselves if they are recursive.
   */
  begin(): void {
    const reader = this.#reader
    const { dialect } = reader
    if (this.#scope === this.#outer) this.#scope = { names: new Map(), outer: this.#outer }
    this.#from = dialect === 'sqlite' ? 0 : Infinity
    if (isName(reader.peek(1)) && reader.peek(1) !== 'as' && reader.take('recursive'))
      this.#from = dialect === 'mysql' ? -1 : 0
  }

  /** Reads one, whose name comes before the `as` that has just been passed. */
  read(readQuery: () => void): void {
    const reader = this.#reader
    const { tokens } = reader
    const from = this.#from!
    const { names } = this.#scope!
    let before = reader.at - 2
    if (tokens[before] === ')') while (before > 0 && tokens[before--] !== '(');
    const name = nameOf(tokens[before] ?? '', reader.dialect)
    while (!/^\(?$/.test(reader.peek())) reader.at++
    if (!names.has(name)) names.set(name, from < 0 ? reader.at : from)
    reader.take('(')
    readQuery()
    if (names.get(name) === Infinity) names.set(name, reader.at)
  }

  /** The statement that they are for begins. */
  end(): void {
    this.#from = undefined
  }

  /** It is over, and nobody knows them any more. */
  forget(): void {
    this.#scope = this.#outer
  }
}
