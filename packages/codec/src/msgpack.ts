import type { Codec } from '@hotpath/contract'
import { type Options, Packr, addExtension } from 'msgpackr'
import { unreadable } from './codec-error.ts'
import { structuresOf } from './encodable.ts'
import { STRUCTURES_MARK, StructureReaders, StructureWriters } from './structures.ts'

/** Which msgpackr would take for the integer 0. */
const NEGATIVE_ZERO = new Uint8Array([0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0])
/** A `URL`, which MessagePack does not know; the types above 0x40 are free for applications. */
const URL_TYPE = 0x41

/** Of what was read last; replies of a server come in pieces of 64 KB. */
const MAX_HELD_BYTES = 128 * 1024

const OPTIONS: Options = { structuredClone: true, moreTypes: true, useRecords: true, copyBuffers: true }

/**
 * The default serializer: MessagePack, by msgpackr.
 *
 * Date, Map, Set, BigInt, RegExp, URL, Error (with its cause), typed arrays, ArrayBuffer and `undefined` members come
 * back with their types; strings are never taken for anything else. A `-0` inside of other values comes back as `0`, an error with a new stack, a
 * `Buffer` as a `Uint8Array`.
 *
 * `encode` throws a CodecError `ERR_CODEC_VALUE` that names the path to a function, a symbol, a cycle, or an instance
 * of a class; `decode` throws `ERR_CODEC_FRAME` for bytes that it cannot read.
 */
export function msgpack(): Codec {
  const packr = new Packr(OPTIONS)
  const writers = new StructureWriters(OPTIONS)
  const readers = new StructureReaders(OPTIONS)
  // Known to every packer of the process, as msgpackr has it; to say it twice changes nothing.
  addExtension({
    Class: URL,
    type: URL_TYPE,
    write: (url: URL) => url.href,
    read: (href: unknown) => new URL(String(href)),
  })
  /**
   * Replies of a server are parts of one large piece of memory; msgpackr prepares for a piece once, and then is told what
   * part to read.
   */
  let last = new Uint8Array(0) as Uint8Array
  return {
    type: 'msgpack',
    encode(value) {
      const structures = structuresOf(value)
      if (Object.is(value, -0)) return NEGATIVE_ZERO
      return (structures.length > 0 ? writers.write(value, structures) : undefined) ?? packr.pack(value)
    },
    decode(bytes) {
      const memory = bytes.buffer === last.buffer ? last : new Uint8Array(bytes.buffer)
      if (memory.length <= MAX_HELD_BYTES) last = memory
      const start = bytes.byteOffset
      try {
        if (bytes[0] === STRUCTURES_MARK) return readers.read(bytes, memory)
        return packr.unpack(memory, { start, end: start + bytes.length }) as unknown
      } catch (cause) {
        throw unreadable('it is not MessagePack', cause)
      }
    },
  }
}
