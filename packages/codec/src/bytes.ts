/**
 * Reading and writing of frames. Everything that is read is checked against what is there: bytes from a store may have
 * been cut, damaged or written by somebody else.
 */
import { unreadable } from './codec-error.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** A varint of a safe integer takes at most this many bytes. */
const MAX_VARINT_BYTES = 8

/** Grows as it is written to. */
export class ByteWriter {
  #bytes: Uint8Array
  #length = 0

  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity)
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  /** A non-negative safe integer, little-endian, in a fixed number of bytes. */
  fixed(value: number, bytes: number): void {
    this.#reserve(bytes)
    for (let rest = value, index = 0; index < bytes; index++, rest = Math.floor(rest / 256)) {
      this.#bytes[this.#length++] = rest % 256
    }
  }

  /** A non-negative safe integer, seven bits a byte, the lowest first (LEB128). */
  varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.byte(rest)
  }

  /** A text with its length before it. */
  text(text: string): void {
    const bytes = encoder.encode(text)
    this.varint(bytes.length)
    this.raw(bytes)
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** What was written; valid until the next write. */
  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

/** @throws CodecError `ERR_CODEC_FRAME` from every method, when there is less than is asked for. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get offset(): number {
    return this.#offset
  }

  get left(): number {
    return this.#bytes.length - this.#offset
  }

  byte(): number {
    const value = this.#bytes[this.#offset++]
    if (value === undefined) throw unreadable('it ends too early')
    return value
  }

  fixed(bytes: number): number {
    const from = this.#take(bytes)
    let value = 0
    for (let index = from + bytes - 1; index >= from; index--) value = value * 256 + (this.#bytes[index] as number)
    if (!Number.isSafeInteger(value)) throw unreadable('a number is too large')
    return value
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let index = 0; index < MAX_VARINT_BYTES; index++, scale *= 0x80) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) break
        return value
      }
    }
    throw unreadable('a number is too large')
  }

  text(): string {
    const bytes = this.raw(this.varint())
    try {
      return decoder.decode(bytes)
    } catch {
      throw unreadable('a text is not UTF-8')
    }
  }

  /** The next bytes, not copied. */
  raw(count: number): Uint8Array {
    const from = this.#take(count)
    return this.#bytes.subarray(from, from + count)
  }

  #take(count: number): number {
    if (count > this.left) throw unreadable('it ends too early')
    const from = this.#offset
    this.#offset += count
    return from
  }
}
