/**
 * Values with their structures in front, so that readers of many alike prepare for them once:
 *
 *     byte 0      0xc1, with which no MessagePack begins
 *     length      of the structures in bytes, as a varint
 *     structures  UTF-8: the names of each, with a zero byte between two, and a line feed between structures
 *     value       MessagePack, where an object is the number of its structure and the values of its members
 *
 * Nothing has to be known from elsewhere.
 */
import { isWellFormed } from '@hotpath/contract/values'
import { unreadable } from './codec-error.ts'

/** The names of an object's members, in their order. */
export type Structure = readonly string[]

/** The first byte of a value that has its structures in front. */
export const STRUCTURES_MARK = 0xc1
/** The byte of an object with the first structure; the last has 0x7f. */
export const FIRST_RECORD = 0x40

const MAX_STRUCTURES = 64
const MAX_BYTES = 4_096
/** An object with more names is a dictionary: the next one has others. */
const MAX_NAMES = 128

const BETWEEN_NAMES = '\0'
const BETWEEN_STRUCTURES = '\n'
const BETWEEN = /[\0\n]/
const NONE = new Uint8Array(0)

/** The structures of one value, as they are met. */
export class StructureList {
  readonly #known: Structure[] = []
  #text = ''
  #bytes = 0
  /** Lists are made of objects alike. */
  #last = 0

  clear(): void {
    this.#known.length = 0
    this.#text = ''
    this.#bytes = 0
    this.#last = 0
  }

  /** @returns undefined where an object is better written with its names. */
  numberOf(names: Structure): number | undefined {
    const known = this.#known
    if (this.#last < known.length && isSame(known[this.#last] as Structure, names)) return this.#last
    for (let number = 0; number < known.length; number++) {
      if (isSame(known[number] as Structure, names)) return (this.#last = number)
    }
    return this.#add(names)
  }

  #add(names: Structure): number | undefined {
    const number = this.#known.length
    if (names.length === 0 || names.length > MAX_NAMES || number >= MAX_STRUCTURES) return undefined
    // Names that would not come back are refused where they are written one by one.
    if (names.some((name) => BETWEEN.test(name) || name === '__proto__' || !isWellFormed(name))) return undefined
    const text = names.join(BETWEEN_NAMES)
    const bytes = this.#bytes + (number === 0 ? 0 : 1) + Buffer.byteLength(text)
    if (bytes > MAX_BYTES) return undefined
    this.#text = number === 0 ? text : this.#text + BETWEEN_STRUCTURES + text
    this.#bytes = bytes
    this.#known.push(names)
    return (this.#last = number)
  }

  /** What is written before the value. */
  front(): Uint8Array {
    const bytes = this.#bytes
    if (this.#known.length === 0) return NONE
    const head = bytes < 0x80 ? [STRUCTURES_MARK, bytes] : [STRUCTURES_MARK, (bytes & 0x7f) | 0x80, bytes >> 7]
    const front = Buffer.allocUnsafe(head.length + bytes)
    front.set(head)
    front.write(this.#text, head.length)
    return front
  }
}

function isSame(a: Structure, b: Structure): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

/** What is in front of a value. */
export interface Front {
  /** Where the structures begin, and where they end and the value begins. */
  readonly from: number
  readonly end: number
}

/** @throws CodecError `ERR_CODEC_FRAME` when there is nothing after the structures. */
export function frontOf(bytes: Uint8Array): Front {
  const first = bytes[1] ?? 0
  const from = first < 0x80 ? 2 : 3
  const length = first < 0x80 ? first : (first & 0x7f) + (bytes[2] ?? 0) * 0x80
  const end = from + length
  if (length > MAX_BYTES || end >= bytes.length) throw unreadable('it ends too early')
  return { from, end }
}

/** The structures in a front. */
export function parseStructures(text: string): string[][] {
  const structures = text.split(BETWEEN_STRUCTURES).map((names) => names.split(BETWEEN_NAMES))
  if (structures.length > MAX_STRUCTURES) throw unreadable('it has too many structures')
  return structures
}
