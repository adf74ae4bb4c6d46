/**
 * Looks over the MessagePack of a stored value before anything is made of it. A few bytes can claim to be a list of
 * four billion items, a hundred thousand lists within each other, or millions of empty maps; and they can redefine what
 * later values mean. None of that gets to the reader.
 *
 * Invariant: what passes ends where its bytes end, holds nothing but what `ValueWriter` writes, and makes no more
 * objects and values than are allowed. Cost: one step for each value, none for the bytes of strings.
 */
import { MAX_OBJECTS } from '@hotpath/contract/values'
import { unreadable } from './codec-error.ts'
import {
  BIGINT_TYPE,
  DATE_TYPE,
  DICTIONARY_TYPE,
  ERROR_TYPE,
  NEGATIVE_ZERO_TYPE,
  REGEXP_TYPE,
  SET_TYPE,
  TYPED_ARRAY_TYPE,
  URL_TYPE,
} from './wire-types.ts'
import { FIRST_RECORD } from './structures.ts'

/** Lists, maps and objects within each other; an error alone is three of them. */
const MAX_DEPTH = 512
/** Members of all lists, maps and objects together. */
const MAX_VALUES = 2 ** 22
/** No more than what is checked before it is written, see `msgpack.ts`. */
const MAX_BIGINT_BYTES = 2 ** 20
const LONG = 16

export class WireCheck {
  /** For each container around the one at hand, how many of its values are still to come. */
  readonly #outer = new Int32Array(MAX_DEPTH)
  readonly #steps = scalarSteps()

  /**
   * @param from - Where the value begins; it has to end with the bytes.
   * @param sizes - How many members each structure has.
   * @throws CodecError `ERR_CODEC_FRAME`.
   */
  run(bytes: Uint8Array, from: number, sizes: readonly number[]): void {
    const outer = this.#outer
    const steps = this.#steps
    const end = bytes.length
    let at = from
    let depth = 0
    let objects = 0
    let values = 0
    /** Values still to come in the container at hand. */
    let left = 1
    for (;;) {
      while (left === 0) {
        if (depth === 0) {
          if (at === end) return
          throw unreadable(at > end ? 'it ends too early' : 'it goes on after its end')
        }
        left = outer[--depth] as number
      }
      if (at >= end) throw unreadable('it ends too early')
      left--
      const token = bytes[at] as number
      const step = steps[token] as number
      if (step > 0) {
        at += step
        // A list of numbers; to look each up costs three times as much.
        if (left > LONG) for (; left > 0 && bytes[at] === token; left--) at += step
        continue
      }
      at++
      let inner = 0
      if (token < 0x80) {
        const size = sizes[token - FIRST_RECORD]
        if (size === undefined) throw unreadable('it has a structure that is not there')
        inner = size
      } else if (token < 0xa0) inner = token < 0x90 ? (token & 15) * 2 : token & 15
      else {
        switch (token) {
          case 0xd9: // strings
            at += 1 + (bytes[at] ?? 0)
            continue
          case 0xda:
            at += 2 + uint16(bytes, at)
            continue
          case 0xdb:
            at += 4 + uint32(bytes, at)
            continue
          case 0xdc: // lists
            inner = uint16(bytes, at)
            at += 2
            break
          case 0xdd:
            inner = uint32(bytes, at)
            at += 4
            break
          case 0xde: // maps
            inner = uint16(bytes, at) * 2
            at += 2
            break
          case 0xdf:
            inner = uint32(bytes, at) * 2
            at += 4
            break
          case 0xc4: // bytes
            at += 1 + (bytes[at] ?? 0)
            break
          case 0xc5:
            at += 2 + uint16(bytes, at)
            break
          case 0xc6:
            at += 4 + uint32(bytes, at)
            break
          case 0xc7: // extension types with data of their own
            at = dataEnd(bytes[at + 1], at + 2, bytes[at] ?? 0)
            break
          case 0xc8:
            at = dataEnd(bytes[at + 2], at + 3, uint16(bytes, at))
            break
          case 0xc9:
            at = dataEnd(bytes[at + 4], at + 5, uint32(bytes, at))
            break
          case 0xd6:
          case 0xd7:
            if (bytes[at] !== DATE_TYPE) throw unreadable('it has a type that is not known here')
            at += token === 0xd6 ? 5 : 9
            break
          case 0xd8: // 16 bytes of them
            at = dataEnd(bytes[at], at + 1, 16)
            break
          case 0xd4: // undefined, an invalid date, or a type whose content is the next value
            inner = contentOf(bytes[at])
            at += 2
            break
          default:
            throw unreadable('it has a type that is not known here')
        }
      }
      values += inner
      // Each value takes a byte at least.
      if (inner > end - at) throw unreadable('it ends too early')
      if (++objects > MAX_OBJECTS || values > MAX_VALUES) throw unreadable('it has too many parts')
      if (inner > 0) {
        if (depth === MAX_DEPTH) throw unreadable('it is nested too deep')
        outer[depth++] = left
        left = inner
      }
    }
  }
}

/** By their first byte, how many bytes a number, `null`, a boolean or a short string takes; 0 for all others. */
function scalarSteps(): Uint8Array {
  const steps = new Uint8Array(256)
  steps.fill(1, 0, FIRST_RECORD)
  for (let length = 0; length < 0x20; length++) steps[0xa0 + length] = 1 + length
  for (const token of [0xc0, 0xc2, 0xc3]) steps[token] = 1
  for (const token of [0xcc, 0xd0]) steps[token] = 2
  for (const token of [0xcd, 0xd1]) steps[token] = 3
  for (const token of [0xce, 0xd2]) steps[token] = 5
  for (const token of [0xcb, 0xcf, 0xd3]) steps[token] = 9
  steps.fill(1, 0xe0)
  return steps
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 0x100 + (bytes[at + 1] ?? 0)
}

function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) * 0x10000 + uint16(bytes, at + 2)
}

function dataEnd(type: number | undefined, at: number, length: number): number {
  // Reading a bigint takes time in the square of its length.
  if (type === BIGINT_TYPE && length > MAX_BIGINT_BYTES) throw unreadable('it has a bigint that is too large')
  if (type === BIGINT_TYPE || type === TYPED_ARRAY_TYPE || type === DATE_TYPE) return at + length
  throw unreadable('it has a type that is not known here')
}

function contentOf(type: number | undefined): 0 | 1 {
  switch (type) {
    case 0:
    case DATE_TYPE:
      return 0
    case NEGATIVE_ZERO_TYPE:
    case URL_TYPE:
    case ERROR_TYPE:
    case DICTIONARY_TYPE:
    case SET_TYPE:
    case REGEXP_TYPE:
      return 1
    default:
      throw unreadable('it has a type that is not known here')
  }
}
