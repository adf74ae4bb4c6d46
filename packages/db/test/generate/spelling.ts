/** How a statement may be written: quotes, upper and lower case, white space and comments. */
import type { SeededRandom } from '@hotpath/testkit'
import type { Dialect } from '../../src/statement/index.ts'

/** Stands for a space that belongs to a name or a string. */
const KEPT = '\u0001'

/** Spells statements whose words have spaces between them. */
export class Spelling {
  readonly #random: SeededRandom
  readonly #dialect: Dialect

  constructor(random: SeededRandom, dialect: Dialect) {
    this.#random = random
    this.#dialect = dialect
  }

  /** A name, in quotes where it needs them and sometimes elsewhere. */
  name(name: string): string {
    const { chance, pick } = this.#random
    const isPlain = /^[a-z][a-z_0-9]*$/.test(name) && name !== 'select'
    if (isPlain && chance(0.8)) return name
    const quotes = { postgres: ['""'], mysql: ['``'], sqlite: ['""', '``', '[]'] }[this.#dialect]
    const quote = pick(quotes)
    return `${quote[0]}${name.replaceAll(' ', KEPT)}${quote[1]}`
  }

  /** A string; quotes in it are doubled already. */
  string(text: string): string {
    const { chance } = this.#random
    const kept = text.replaceAll(' ', KEPT)
    if (this.#dialect === 'postgres' && chance(0.3)) return `$q$${kept}$q$`
    if (this.#dialect === 'postgres' && chance(0.2)) return `E'${kept}\\''`
    if (this.#dialect === 'mysql' && chance(0.2)) return `"${kept}\\""`
    return `'${kept}'`
  }

  /** The statement with white space and comments of all kinds. */
  spell(sql: string): string {
    const { chance } = this.#random
    const isPlain = chance(0.5)
    return (
      sql
        .split(' ')
        .filter((word) => word !== '')
        .map((word) => (/^[a-z]+$/.test(word) && word !== 'items' && chance(0.1) ? this.#cased(word) : word))
        // libpg-query does not take a comment after `not`, which PostgreSQL does.
        .reduce((text, word) => `${text}${isPlain || /\bnot$/i.test(text) ? ' ' : this.#space()}${word}`)
        .replaceAll(KEPT, ' ')
    )
  }

  #cased(word: string): string {
    // Names are folded as well, apart from those of tables on MySQL.
    const isName = /^(?:orders|people|app|[tuvz])$/.test(word)
    return this.#dialect === 'mysql' && isName ? word : word.toUpperCase()
  }

  #space(): string {
    const { chance, pick } = this.#random
    if (chance(0.8)) return pick([' ', '\n', '\t ', '  '])
    const line = this.#dialect === 'mysql' ? ['# from people\n', '-- from people\n'] : ['-- from people\n', "--'\n"]
    const block = this.#dialect === 'postgres' ? ['/* from /* nested */ people */'] : ['/* from people */', "/*'*/"]
    return ` ${pick([...line, ...block, ' /**/ '])} `
  }
}
