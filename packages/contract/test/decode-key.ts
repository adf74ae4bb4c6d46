import { types } from 'node:util'
import type { KeyPart } from '../src/key.ts'

/** Reads a complete encoding back. That it can be read back at all is what makes it injective. */
export function decodeKey(encoded: string): KeyPart[] {
  const reader = new Reader(encoded)
  const parts = [reader.part()]
  while (!reader.isAtEnd()) {
    reader.expect(':')
    parts.push(reader.part())
  }
  return parts
}

/** What a decoder can give back of a part: `-0` is `0`, a hole is `undefined`, members come in order of their names. */
export function canonical(part: KeyPart): KeyPart {
  if (part === 0) return 0
  if (typeof part !== 'object' || part === null || types.isDate(part)) return part
  if (Array.isArray(part)) return Array.from(part, canonical)
  const members = Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([name, value]) => [name, canonical(value)]))
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  isAtEnd(): boolean {
    return this.#at === this.#text.length
  }

  expect(character: string): void {
    if (!this.#skips(character)) throw new SyntaxError(`no ${character} at ${this.#at} of ${this.#text}`)
  }

  part(): KeyPart {
    if (this.#skips('[')) return this.#list(']', () => this.part())
    if (this.#skips('{')) return Object.fromEntries(this.#list('}', () => this.#member()))
    return this.#scalar()
  }

  #member(): [string, KeyPart] {
    const name = this.#scalar()
    if (typeof name !== 'string') throw new SyntaxError(`${String(name)} is no name in ${this.#text}`)
    this.expect(':')
    return [name, this.part()]
  }

  #list<Item>(end: string, read: () => Item): Item[] {
    const items: Item[] = []
    while (!this.#skips(end)) {
      if (items.length > 0) this.expect(',')
      items.push(read())
    }
    return items
  }

  #scalar(): KeyPart {
    const token = /"(?:[^"\\]|\\.)*"|[^\s:,"[\]{}~]+/y
    token.lastIndex = this.#at
    const [text] = token.exec(this.#text) ?? []
    if (text === undefined) throw new SyntaxError(`no part at ${this.#at} of ${this.#text}`)
    this.#at += text.length
    return scalarOf(text)
  }

  #skips(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }
}

const KEYWORDS = new Map<string, KeyPart>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
])

function scalarOf(text: string): KeyPart {
  if (text.startsWith('"')) return JSON.parse(text)
  if (text.startsWith('@')) return new Date(Number(text.slice(1)))
  if (KEYWORDS.has(text)) return KEYWORDS.get(text)
  if (/^-?\d+n$/.test(text)) return BigInt(text.slice(0, -1))
  return String(Number(text)) === text ? Number(text) : text
}
