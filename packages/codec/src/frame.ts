/**
 * The form in which an entry lies in a store of bytes: a header that is judged as it is, then the payload.
 *
 *     byte 0     version, 2
 *     byte 1     flags: 1 epoch is six bytes, 2 has aheadMs, 4 has staleMs, 8 has errorMs, 16 windows are in seconds,
 *                32 has no tags, 64 the value is a failure that is remembered
 *     epoch      six bytes (eight characters of base64url), or a text
 *     asOf       seven bytes, little-endian
 *     storedAt   zigzag varint, milliseconds relative to asOf in microseconds: most positions are times
 *     freshMs    varint + 1, 0 is Infinity; then staleMs and errorMs alike, where flagged
 *     aheadMs    varint, where flagged
 *     tags       varint count, then texts; nothing where flagged
 *     payload    the rest, save
 *     checksum   CRC-32 of all of it, four bytes, little-endian: a flipped bit of `asOf` would make an entry immune to
 *                invalidation
 */
import { crc32 } from 'node:zlib'
import type { EntryFields } from '@hotpath/contract'
import { ByteReader, ByteWriter } from './bytes.ts'
import { unreadable } from './codec-error.ts'

/** First byte of a frame. */
export const FRAME_VERSION = 2
const CHECKSUM_BYTES = 4
/** Many times as many as an entry may have. */
const MAX_TAGS = 1_024
const COMPACT_EPOCH = 1
const HAS_AHEAD = 2
const HAS_STALE = 4
const HAS_ERROR = 8
const IN_SECONDS = 16
const NO_TAGS_AT_ALL = 32
const IS_FAILURE = 64
const KNOWN_FLAGS = COMPACT_EPOCH | HAS_AHEAD | HAS_STALE | HAS_ERROR | IN_SECONDS | NO_TAGS_AT_ALL | IS_FAILURE
const COMPACT = /^[\w-]{8}$/
const NO_TAGS: readonly string[] = []

/** What a header says of an entry. */
export interface FrameHeader extends Omit<EntryFields, 'value' | 'createdAt'> {
  /** When the entry's windows began, in milliseconds of the store's own clock; a whole number. */
  readonly storedAt: number
  /** Whether the payload is the error of a failure that is remembered, not a value. */
  readonly isFailure: boolean
}

/** A frame taken apart. Nothing is copied. */
export class Frame {
  /** What the entry is judged by. */ readonly header: FrameHeader
  readonly #bytes: Uint8Array
  readonly #headerLength: number

  /** @param headerLength - Bytes of `bytes` that are the header. */
  constructor(header: FrameHeader, bytes: Uint8Array, headerLength: number) {
    this.header = header
    this.#bytes = bytes
    this.#headerLength = headerLength
  }

  /** The header as bytes, for a codec that binds the payload to it. */
  get headerBytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#headerLength)
  }

  /** The value, encoded. */
  get payload(): Uint8Array {
    return this.#bytes.subarray(this.#headerLength, this.#bytes.length - CHECKSUM_BYTES)
  }

  /** Length of the payload. */
  get payloadBytes(): number {
    return this.#bytes.length - this.#headerLength - CHECKSUM_BYTES
  }
}

/** Writes a header. */
export function writeHeader(header: FrameHeader): Uint8Array {
  const { epoch, asOf, storedAt, freshMs, staleMs, errorMs, aheadMs, tags, isFailure } = header
  const writer = new ByteWriter()
  const isCompact = COMPACT.test(epoch)
  // Most lifetimes are, and take a byte less each.
  const unitMs = [freshMs, staleMs, errorMs].every(isWholeSeconds) ? 1_000 : 1
  writer.byte(FRAME_VERSION)
  writer.byte(
    (isCompact ? COMPACT_EPOCH : 0) |
      (aheadMs > 0 ? HAS_AHEAD : 0) |
      (staleMs > 0 ? HAS_STALE : 0) |
      (errorMs > 0 ? HAS_ERROR : 0) |
      (unitMs > 1 ? IN_SECONDS : 0) |
      (tags.length === 0 ? NO_TAGS_AT_ALL : 0) |
      (isFailure ? IS_FAILURE : 0),
  )
  if (isCompact) writer.raw(fromBase64url(epoch))
  else writer.text(epoch)
  writer.fixed(asOf, 7)
  writer.varint(zigzag(storedAt - baseOf(asOf)))
  writer.varint(window(freshMs / unitMs))
  if (staleMs > 0) writer.varint(window(staleMs / unitMs))
  if (errorMs > 0) writer.varint(window(errorMs / unitMs))
  if (aheadMs > 0) writer.varint(Math.ceil(aheadMs))
  if (tags.length > 0) writer.varint(tags.length)
  for (const tag of tags) writer.text(tag)
  return writer.done()
}

/** Puts a frame together. */
export function joinFrame(header: Uint8Array, payload: Uint8Array): Uint8Array {
  const length = header.length + payload.length
  const frame = Buffer.allocUnsafe(length + CHECKSUM_BYTES)
  frame.set(header)
  frame.set(payload, header.length)
  frame.writeUInt32LE(crc32(frame.subarray(0, length)), length)
  return frame
}

/**
 * Takes a frame apart, without looking at the payload.
 *
 * @throws CodecError `ERR_CODEC_FRAME` for anything that is not a frame of a known version, or was damaged.
 */
export function readFrame(bytes: Uint8Array): Frame {
  const { header, length } = parseHeader(bytes)
  const end = bytes.length - CHECKSUM_BYTES
  if (end < length) throw unreadable('it ends too early')
  const sum = uint32(bytes, end)
  if (crc32(bytes.subarray(0, end)) !== sum) throw unreadable('it was damaged, as its checksum shows')
  return new Frame(header, bytes, length)
}

/**
 * Reads the header from the first bytes of a frame. It may be a damaged one: the checksum is at the end.
 *
 * @throws CodecError `ERR_CODEC_FRAME` for anything that is not the beginning of a frame of a known version.
 */
export function readHeader(bytes: Uint8Array): FrameHeader {
  return parseHeader(bytes).header
}

function uint32(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 0x100
  return low + (bytes[at + 2] ?? 0) * 0x10000 + (bytes[at + 3] ?? 0) * 0x1000000
}

function parseHeader(bytes: Uint8Array): { readonly header: FrameHeader; readonly length: number } {
  const reader = new ByteReader(bytes)
  const version = reader.byte()
  if (version !== FRAME_VERSION)
    throw unreadable(`its version is ${version}, and ${FRAME_VERSION} is the one known here`)
  const flags = reader.byte()
  if ((flags & ~KNOWN_FLAGS) !== 0) throw unreadable('it has flags that are not known here')
  const epoch = (flags & COMPACT_EPOCH) !== 0 ? compactEpoch(reader.fixed(6)) : reader.text()
  const asOf = reader.fixed(7)
  const storedAt = baseOf(asOf) + unzigzag(reader.varint())
  const unitMs = (flags & IN_SECONDS) !== 0 ? 1_000 : 1
  const freshMs = unwindow(reader.varint()) * unitMs
  const staleMs = (flags & HAS_STALE) !== 0 ? unwindow(reader.varint()) * unitMs : 0
  const errorMs = (flags & HAS_ERROR) !== 0 ? unwindow(reader.varint()) * unitMs : 0
  const aheadMs = (flags & HAS_AHEAD) !== 0 ? reader.varint() : 0
  const count = (flags & NO_TAGS_AT_ALL) === 0 ? reader.varint() : 0
  // Each is looked up when the entry is judged.
  if (count > MAX_TAGS) throw unreadable('it has too many tags')
  const tags = count === 0 ? NO_TAGS : Array.from({ length: count }, () => reader.text())
  const isFailure = (flags & IS_FAILURE) !== 0
  const header: FrameHeader = { epoch, asOf, storedAt, freshMs, staleMs, errorMs, aheadMs, tags, isFailure }
  return { header, length: reader.offset }
}

function baseOf(asOf: number): number {
  return Math.floor(asOf / 1_000)
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

function isWholeSeconds(ms: number): boolean {
  return ms % 1_000 === 0 || ms === Number.POSITIVE_INFINITY
}

function window(length: number): number {
  return length === Number.POSITIVE_INFINITY ? 0 : length + 1
}

function unwindow(value: number): number {
  return value === 0 ? Number.POSITIVE_INFINITY : value - 1
}

function fromBase64url(text: string): Uint8Array {
  return Buffer.from(text, 'base64url')
}

/** The last one is remembered: nearly all frames of a log are of one epoch. */
let lastEpoch = { number: 0, text: 'AAAAAAAA' }

/** @param number - Six bytes, little-endian. */
function compactEpoch(number: number): string {
  if (lastEpoch.number !== number) {
    const bytes = Buffer.alloc(6)
    bytes.writeUIntLE(number, 0, 6)
    lastEpoch = { number, text: bytes.toString('base64url') }
  }
  return lastEpoch.text
}
