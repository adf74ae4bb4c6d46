import type { Codec } from '@hotpath/contract'
import { Packr, addExtension } from 'msgpackr'
import { unreadable } from './codec-error.ts'
import { assertEncodable } from './encodable.ts'

/** Which msgpackr would take for the integer 0. */
const NEGATIVE_ZERO = new Uint8Array([0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0])
/** A `URL`, which MessagePack does not know; the types above 0x40 are free for applications. */
const URL_TYPE = 0x41

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
  const packr = new Packr({ structuredClone: true, moreTypes: true, useRecords: true, copyBuffers: true })
  // Known to every packer of the process, as msgpackr has it; to say it twice changes nothing.
  addExtension({
    Class: URL,
    type: URL_TYPE,
    write: (url: URL) => url.href,
    read: (href: unknown) => new URL(String(href)),
  })
  return {
    type: 'msgpack',
    encode(value) {
      assertEncodable(value)
      if (Object.is(value, -0)) return NEGATIVE_ZERO
      return packr.pack(value)
    },
    decode(bytes) {
      try {
        return packr.unpack(bytes) as unknown
      } catch (cause) {
        throw unreadable('it is not MessagePack', cause)
      }
    },
  }
}
