import { type Codec, checkOptions } from '@hotpath/contract'
import { MAX_OBJECTS, checkValue, unstorable } from '@hotpath/contract/values'
import { isCodecError, unreadable } from './codec-error.ts'
import { ValueReader } from './value-reader.ts'
import { ValueWriter } from './value-writer.ts'

/**
 * The default serializer: MessagePack, read by msgpackr.
 *
 * Plain objects, lists, Date, Map, Set, BigInt, RegExp, URL, Error with its members, typed arrays, ArrayBuffer and
 * `undefined` members, of any realm, come back with their types, and nothing else is taken for them. An error comes back
 * as the built-in class that is nearest and with a new stack, an object without a prototype as an ordinary one, a
 * `Buffer` as a `Uint8Array`, and parts that were shared as equals.
 *
 * `encode` throws a CodecError `ERR_CODEC_VALUE` with the path to what would come back as something else; `decode`
 * throws `ERR_CODEC_FRAME` for bytes that it cannot read, before it makes anything of them.
 *
 * @example
 * ```ts
 * import { msgpack } from '@hotpath/codec'
 *
 * const codec = msgpack()
 * const bytes = await codec.encode({ born: new Date(0), tags: new Set(['a']) }, { key: 'user:42' })
 * console.log(await codec.decode(bytes, { key: 'user:42' })) // { born: 1970-01-01T00:00:00.000Z, tags: Set(1) { 'a' } }
 * ```
 */
export function msgpack(): Codec
export function msgpack(options: object = {}): Codec {
  checkOptions(options, 'msgpack', {})
  const reader = new ValueReader()
  let free: ValueWriter | undefined
  return {
    type: 'msgpack',
    encode(value) {
      // A getter may encode something else while this value is written.
      const writer = free ?? new ValueWriter()
      free = undefined
      const bytes = write(writer, value)
      free = writer
      // Only a large value can have more parts, or a larger bigint, than may be read.
      if (bytes.length > MAX_OBJECTS) assertReadable(reader, bytes)
      return bytes
    },
    decode(bytes) {
      try {
        return reader.read(bytes)
      } catch (cause) {
        throw isCodecError(cause) ? cause : unreadable('it is not MessagePack', cause)
      }
    },
  }
}

function write(writer: ValueWriter, value: unknown): Uint8Array {
  try {
    return writer.write(value)
  } catch (cause) {
    checkValue(value)
    throw unstorable('value', 'not the same each time it is read', 'Store plain data.', cause)
  }
}

function assertReadable(reader: ValueReader, bytes: Uint8Array): void {
  try {
    reader.check(bytes)
  } catch (cause) {
    throw unstorable(
      'value',
      'made of too many parts, or has a bigint of over a megabyte',
      'Store its parts under keys of their own.',
      cause,
    )
  }
}
