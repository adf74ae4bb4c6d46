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
type Structure = readonly string[]

/** The first byte of a value that has its structures in front. */
export const STRUCTURES_MARK = 0xc1
/** The byte of an object with the first structure. */
export const FIRST_RECORD = 0x40

/** msgpackr writes more than 32 with two bytes, and one of these stays free, see `value-writer.ts`. */
export const MAX_STRUCTURES = 31
const MAX_BYTES = 4_096
/** An object with more names is a dictionary: the next one has others. */
const MAX_NAMES = 128

/** Most applications have fewer; one whose objects have ids for names makes new ones all the time. */
export const MAX_KEPT = 1_000

const BETWEEN_NAMES = '\0'
const BETWEEN_STRUCTURES = '\n'
const BETWEEN = /[\0\n]/

/**
 * The structures of a value. Lists with one more are kept, as most values are like earlier ones; whoever has the empty
 * list bounds how many.
 */
export class StructureList {
  readonly all: readonly Structure[]
  readonly #bytes: number
  readonly #longer = new Map<string, StructureList>()
  /** The one with one more that was asked for last. */
  #latest: StructureList | undefined

  constructor(all: readonly Structure[] = [], bytes = 0) {
    this.all = all
    this.#bytes = bytes
  }

  /** @returns this or a longer list; undefined where an object is better written with its names. */
  with(names: Structure): StructureList | undefined {
    // Lists are made of objects alike, so the last is the most likely one.
    for (let number = this.all.length - 1; number >= 0; number--) {
      if (isSame(this.all[number] as Structure, names)) return this
    }
    if (this.#latest !== undefined && isSame(this.#latest.all.at(-1) as Structure, names)) return this.#latest
    return (this.#latest = this.#extended(names))
  }

  #extended(names: Structure): StructureList | undefined {
    if (names.length === 0 || names.length > MAX_NAMES || this.all.length === MAX_STRUCTURES) return undefined
    const text = names.join(BETWEEN_NAMES)
    const known = this.#longer.get(text)
    // Names with a zero byte in them are fewer.
    if (known?.all.at(-1)?.length === names.length) return known
    // Names that would not come back are refused where they are written one by one.
    if (names.some((name) => BETWEEN.test(name) || name === '__proto__' || !isWellFormed(name))) return undefined
    const bytes = this.#bytes + (this.all.length === 0 ? 0 : 1) + Buffer.byteLength(text)
    if (bytes > MAX_BYTES) return undefined
    const longer = new StructureList([...this.all, names], bytes)
    this.#longer.set(text, longer)
    return longer
  }

  /** What is written before the value. */
  front(): Uint8Array {
    if (this.all.length === 0) return new Uint8Array(0)
    const text = this.all.map((names) => names.join(BETWEEN_NAMES)).join(BETWEEN_STRUCTURES)
    const bytes = this.#bytes
    const length = bytes < 0x80 ? [bytes] : [(bytes & 0x7f) | 0x80, bytes >> 7]
    return Buffer.from([STRUCTURES_MARK, ...length, ...Buffer.from(text)])
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
