/**
 * Reads a header field from left to right, each character once: a regular expression that looks for the end of what never
 * ends, from every place where it might begin, takes time in the square of the length, and the length is the server's
 * choice.
 */

/** A value behind `=` (RFC 9110, section 5.6.6). */
export interface FieldValue {
  /** Without its quotes; what there is of it, where they are not closed. */
  readonly value: string
  /** The quotes are closed. */
  readonly isWhole: boolean
}

const SPACE = /[\t ]*/y
const NAME = /[^\s,;="<>]*/y
const VALUE = /[^\s,;"]*/y
const UP_TO_QUOTE = /[^"\\]*/y

export class HeaderReader {
  readonly #field: string
  #at = 0

  constructor(field: string) {
    this.#field = field
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#field.length
  }

  /** Skips white space, and says whether one of these characters comes next. */
  meets(characters: string): boolean {
    this.#all(SPACE)
    return !this.isAtEnd && characters.includes(this.#field.charAt(this.#at))
  }

  /** Skips white space, and reads one of these characters if it comes next. */
  accepts(characters: string): boolean {
    const isNext = this.meets(characters)
    if (isNext) this.#at++
    return isNext
  }

  /** Reads one character, whatever it is. */
  skip(): void {
    this.#at++
  }

  /** Reads a name in lower case; an empty one where none begins. */
  name(): string {
    this.meets('')
    return this.#all(NAME).toLowerCase()
  }

  /** Reads a value, with or without quotes. */
  value(): FieldValue {
    if (!this.accepts('"')) return { value: this.#all(VALUE), isWhole: true }
    let value = ''
    for (;;) {
      value += this.#all(UP_TO_QUOTE)
      if (this.isAtEnd) return { value, isWhole: false }
      if (this.#field.charAt(this.#at++) === '"') return { value, isWhole: true }
      value += this.#field.charAt(this.#at++)
    }
  }

  /** Reads up to the next character of this kind and past it; `undefined` where there is none, and everything is read then. */
  through(character: string): string | undefined {
    const end = this.#field.indexOf(character, this.#at)
    const start = this.#at
    this.#at = end < 0 ? this.#field.length : end + 1
    return end < 0 ? undefined : this.#field.slice(start, end)
  }

  /** Reads all that matches from here on. */
  #all(kind: RegExp): string {
    kind.lastIndex = this.#at
    const [matched = ''] = kind.exec(this.#field) ?? []
    this.#at += matched.length
    return matched
  }
}
