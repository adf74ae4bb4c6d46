/** The tokens of MessagePack, in a buffer that grows. What they mean together is said in `value-writer.ts`. */
import { FIRST_RECORD } from './structures.ts'
import { BIGINT_TYPE, DATE_TYPE, TYPED_ARRAY_TYPE } from './wire-types.ts'

const INITIAL_BYTES = 8_192
/** A larger buffer is not kept for the next value. */
const MAX_KEPT_BYTES = 1024 * 1024
/** More than any token takes, its content left out. */
const ROOM = 32
/** Shorter strings are written character by character, which costs less than to call into the platform. */
const SHORT = 24
const MAX_UINT32 = 0xffff_ffff

export class TokenWriter {
  #bytes: Buffer
  #view: DataView
  #at = 0

  constructor() {
    this.#bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES)
    this.#view = new DataView(this.#bytes.buffer)
  }

  clear(): void {
    this.#at = 0
    if (this.#bytes.length > MAX_KEPT_BYTES) this.#resize(INITIAL_BYTES)
  }

  /** A copy of what was written, with something in front. */
  take(front: Uint8Array): Uint8Array {
    const written = Buffer.allocUnsafe(front.length + this.#at)
    written.set(front)
    written.set(this.#bytes.subarray(0, this.#at), front.length)
    return written
  }

  /** @param text - A well-formed one. */
  string(text: string): void {
    const units = text.length
    if (units < SHORT && this.#ascii(text)) return
    this.#reserve(units * 3 + 5)
    // Where the length is written depends on how many bytes the text takes: guessed, and moved where that was wrong.
    const guess = headBytes(units)
    const bytes = this.#bytes.write(text, this.#at + guess, 'utf8')
    const head = headBytes(bytes)
    if (head !== guess) this.#bytes.copyWithin(this.#at + head, this.#at + guess, this.#at + guess + bytes)
    if (head === 1) this.#byte(0xa0 | bytes)
    else if (head === 2) this.#number8(0xd9, bytes)
    else if (head === 3) this.#number16(0xda, bytes)
    else this.#number32(0xdb, bytes)
    this.#at += bytes
  }

  #ascii(text: string): boolean {
    this.#reserve(SHORT + 1)
    const bytes = this.#bytes
    let at = this.#at
    bytes[at++] = 0xa0 | text.length
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      if (unit >= 0x80) return false
      bytes[at++] = unit
    }
    this.#at = at
    return true
  }

  number(value: number): void {
    this.#reserve(ROOM)
    // Numbers 0x40 to 0x7f are those of structures.
    if (Object.is(value, -0) || !Number.isInteger(value) || value > MAX_UINT32 || value < -0x8000_0000) {
      this.#byte(0xcb)
      this.#view.setFloat64(this.#at, value)
      this.#at += 8
    } else if (value >= 0) {
      if (value < FIRST_RECORD) this.#byte(value)
      else if (value < 0x100) this.#number8(0xcc, value)
      else if (value < 0x10000) this.#number16(0xcd, value)
      else this.#number32(0xce, value)
    } else if (value >= -0x20) this.#byte(0x100 + value)
    else if (value >= -0x80) this.#number8(0xd0, value)
    else if (value >= -0x8000) this.#number16(0xd1, value)
    else this.#number32(0xd2, value)
  }

  bigint(value: bigint): void {
    this.#reserve(ROOM)
    if (BigInt.asIntN(64, value) === value) {
      this.#byte(0xd3)
      this.#view.setBigInt64(this.#at, value)
      this.#at += 8
      return
    }
    // Two's complement, the highest byte first.
    const digits = (value < 0n ? ~value : value).toString(16)
    const bytes = Buffer.from(digits.padStart(digits.length + 2 - (digits.length % 2), '0'), 'hex')
    if (value < 0n) for (let index = 0; index < bytes.length; index++) bytes[index] = ~(bytes[index] as number)
    this.data(BIGINT_TYPE, bytes)
  }

  /** Timestamp 32, 64 or 96 of MessagePack, the shortest that fits. */
  date(time: number): void {
    this.#reserve(ROOM)
    if (Number.isNaN(time)) return this.extension(DATE_TYPE, 0xff)
    const seconds = Math.floor(time / 1_000)
    const nanoseconds = (time - seconds * 1_000) * 1_000_000
    const isShort = seconds >= 0 && seconds <= MAX_UINT32
    if (isShort && nanoseconds === 0) {
      this.#byte(0xd6)
      this.#number32(DATE_TYPE, seconds)
    } else if (isShort) {
      this.#byte(0xd7)
      this.#number32(DATE_TYPE, nanoseconds * 4)
      this.#view.setUint32(this.#at, seconds)
      this.#at += 4
    } else {
      this.#number8(0xc7, 12)
      this.#number32(DATE_TYPE, nanoseconds)
      this.#view.setBigInt64(this.#at, BigInt(seconds))
      this.#at += 8
    }
  }

  /** Bytes, as a Uint8Array comes back. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(ROOM)
    const { length } = bytes
    if (length < 0x100) this.#number8(0xc4, length)
    else if (length < 0x10000) this.#number16(0xc5, length)
    else this.#number32(0xc6, length)
    this.#raw(bytes)
  }

  /** An extension type with data of its own. */
  data(type: number, bytes: Uint8Array): void {
    this.#dataHead(type, bytes.length)
    this.#raw(bytes)
  }

  typedArray(code: number, bytes: Uint8Array): void {
    this.#dataHead(TYPED_ARRAY_TYPE, bytes.length + 1)
    this.#byte(code)
    this.#raw(bytes)
  }

  #dataHead(type: number, length: number): void {
    this.#reserve(ROOM)
    if (length < 0x100) this.#number8(0xc7, length)
    else if (length < 0x10000) this.#number16(0xc8, length)
    else this.#number32(0xc9, length)
    this.#byte(type)
  }

  /** An extension type whose content is the next value, or one byte. */
  extension(type: number, content = 0): void {
    this.#reserve(ROOM)
    this.#byte(0xd4)
    this.#byte(type)
    this.#byte(content)
  }

  /** The head of a list. */
  list(count: number): void {
    this.#length(count, 0x90, 0xdc)
  }

  /** The head of a map. */
  map(count: number): void {
    this.#length(count, 0x80, 0xde)
  }

  #length(count: number, short: number, long: number): void {
    this.#reserve(ROOM)
    if (count < 0x10) this.#byte(short | count)
    else if (count < 0x10000) this.#number16(long, count)
    else this.#number32(long + 1, count)
  }

  /** One byte: a token that says everything. */
  byte(value: number): void {
    this.#reserve(ROOM)
    this.#byte(value)
  }

  #byte(value: number): void {
    this.#bytes[this.#at++] = value
  }

  #number8(token: number, value: number): void {
    this.#byte(token)
    this.#byte(value)
  }

  #number16(token: number, value: number): void {
    this.#byte(token)
    this.#view.setUint16(this.#at, value)
    this.#at += 2
  }

  #number32(token: number, value: number): void {
    this.#byte(token)
    this.#view.setUint32(this.#at, value)
    this.#at += 4
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  #reserve(count: number): void {
    const needed = this.#at + count
    if (needed > this.#bytes.length) this.#resize(Math.max(needed, this.#bytes.length * 2))
  }

  #resize(length: number): void {
    const resized = Buffer.allocUnsafeSlow(length)
    this.#bytes.copy(resized, 0, 0, Math.min(this.#at, length))
    this.#bytes = resized
    this.#view = new DataView(resized.buffer)
  }
}

function headBytes(length: number): number {
  if (length < 0x20) return 1
  if (length < 0x100) return 2
  return length < 0x10000 ? 3 : 5
}
