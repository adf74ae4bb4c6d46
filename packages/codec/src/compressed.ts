import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import {
  type ByteSize,
  type Codec,
  type CodecError,
  type MaybePromise,
  type OptionTable,
  checkOptions,
  codecOption,
  toBytes,
  wrongOption,
} from '@hotpath/contract'
import { unstorable } from '@hotpath/contract/values'
import { unreadable } from './codec-error.ts'

/** How payloads are compressed: brotli 4, zstd 3, gzip 6. Every Node that this runs on has brotli and gzip; zstd came with 22.15. */
export type CompressionMethod = 'brotli' | 'zstd' | 'gzip'

/** Options of `compressed`. */
export interface CompressionOptions {
  /** Default `'brotli'`: all processes can read it. What was compressed otherwise can still be read, where this Node has the method. */
  readonly method?: CompressionMethod | undefined
  /** Smaller payloads stay as they are. Default `'1kb'`. */
  readonly minBytes?: ByteSize | undefined
  /** A larger payload, before it is compressed, is refused, on its way in and on its way out. Default `'64mb'`. */
  readonly maxBytes?: ByteSize | undefined
}

const COMPRESSION_OPTIONS: OptionTable<keyof CompressionOptions> = { method: true, minBytes: true, maxBytes: true }

interface Method {
  /** First byte of a payload. */
  readonly mark: number
  pack(bytes: Uint8Array): Uint8Array
  packLater(bytes: Uint8Array): Promise<Uint8Array>
  unpack(bytes: Uint8Array, maxBytes: number): Uint8Array
  unpackLater(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array>
}

const PLAIN = 0
/** First bytes that mean something here. What begins with another one is a payload as it is. */
const MARKS = 0x10
/** Above this the work goes to a thread of its own. */
const MAX_SYNC_BYTES = 16 * 1024
const MAX_SYNC_UNPACKED_BYTES = 256 * 1024

/**
 * Compresses what another codec makes, where that makes it smaller; then the first byte says how. Other payloads stay as
 * they are, save those whose first byte could be taken for such a mark.
 *
 * @throws ConfigError for a method that this Node does not have.
 */
export function compressed(inner: Codec, options: CompressionOptions = {}): Codec {
  codecOption(inner, 'inner')
  checkOptions(options, 'compressed', COMPRESSION_OPTIONS)
  const minBytes = toBytes(options.minBytes ?? '1kb', 'minBytes')
  const maxBytes = toBytes(options.maxBytes ?? '64mb', 'maxBytes')
  const methods = availableMethods()
  const method = chosen(methods, options.method ?? 'brotli')
  const byMark = new Map([...methods.values()].map((one) => [one.mark, one]))

  function pack(bytes: Uint8Array): MaybePromise<Uint8Array> {
    if (bytes.length > maxBytes) throw tooLarge(bytes.length, maxBytes)
    if (bytes.length < minBytes) return plain(bytes)
    const smaller = (packed: Uint8Array): Uint8Array =>
      packed.length < bytes.length ? marked(method.mark, packed) : plain(bytes)
    return bytes.length < MAX_SYNC_BYTES ? smaller(method.pack(bytes)) : method.packLater(bytes).then(smaller)
  }

  function unpack(bytes: Uint8Array): MaybePromise<Uint8Array> {
    const mark = bytes[0]
    if (bytes.length > maxBytes + 1) throw unreadable('it is larger than `maxBytes`')
    if (mark === undefined || mark >= MARKS) return bytes
    const packed = bytes.subarray(1)
    if (mark === PLAIN) return packed
    const by = byMark.get(mark)
    if (by === undefined) throw unreadable('its compression is not known here')
    const unpackLater = (): Promise<Uint8Array> => by.unpackLater(packed, maxBytes).catch(refuse)
    if (packed.length >= MAX_SYNC_BYTES) return unpackLater()
    try {
      return by.unpack(packed, Math.min(maxBytes, MAX_SYNC_UNPACKED_BYTES))
    } catch (cause) {
      // A few bytes may grow to very many.
      return isTooLarge(cause) && maxBytes > MAX_SYNC_UNPACKED_BYTES ? unpackLater() : refuse(cause)
    }
  }

  return {
    type: `compressed ${inner.type}`,
    encode(value, context) {
      const bytes = inner.encode(value, context)
      return bytes instanceof Promise ? bytes.then(pack) : pack(bytes)
    },
    decode(bytes, context) {
      const whole = unpack(bytes)
      return whole instanceof Promise ? whole.then((one) => inner.decode(one, context)) : inner.decode(whole, context)
    },
  }
}

function plain(bytes: Uint8Array): Uint8Array {
  const [first] = bytes
  return first !== undefined && first < MARKS ? marked(PLAIN, bytes) : bytes
}

function marked(mark: number, bytes: Uint8Array): Uint8Array {
  const all = Buffer.allocUnsafe(bytes.length + 1)
  all[0] = mark
  all.set(bytes, 1)
  return all
}

function isTooLarge(cause: unknown): boolean {
  return (cause as { readonly code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
}

function refuse(cause: unknown): never {
  throw unreadable('it cannot be decompressed', cause)
}

function tooLarge(bytes: number, maxBytes: number): CodecError {
  return unstorable(
    'value',
    `made of ${bytes} bytes, more than the ${maxBytes} of \`maxBytes\``,
    'Store its parts under keys of their own, or raise `maxBytes` in all processes.',
  )
}

function chosen(methods: ReadonlyMap<CompressionMethod, Method>, wanted: CompressionMethod): Method {
  const method = methods.get(wanted)
  if (method !== undefined) return method
  const rule = `one of ${[...methods.keys()].join(', ')}`
  throw wrongOption('method', rule, wanted, 'Leave it out for brotli.')
}

function availableMethods(): ReadonlyMap<CompressionMethod, Method> {
  const { constants } = zlib
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
  const methods = new Map<CompressionMethod, Method>()
  // zstd came with Node 22.15.
  if (typeof zlib.zstdCompressSync === 'function') {
    const zstd = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }
    methods.set('zstd', {
      mark: 1,
      pack: (bytes) => zlib.zstdCompressSync(bytes, zstd),
      packLater: (bytes) => promisify(zlib.zstdCompress)(bytes, zstd),
      unpack: (bytes, maxOutputLength) => zlib.zstdDecompressSync(bytes, { maxOutputLength }),
      unpackLater: (bytes, maxOutputLength) => promisify(zlib.zstdDecompress)(bytes, { maxOutputLength }),
    })
  }
  methods.set('brotli', {
    mark: 2,
    pack: (bytes) => zlib.brotliCompressSync(bytes, brotli),
    packLater: (bytes) => promisify(zlib.brotliCompress)(bytes, brotli),
    unpack: (bytes, maxOutputLength) => zlib.brotliDecompressSync(bytes, { maxOutputLength }),
    unpackLater: (bytes, maxOutputLength) => promisify(zlib.brotliDecompress)(bytes, { maxOutputLength }),
  })
  methods.set('gzip', {
    mark: 3,
    pack: (bytes) => zlib.gzipSync(bytes, { level: 6 }),
    packLater: (bytes) => promisify(zlib.gzip)(bytes, { level: 6 }),
    unpack: (bytes, maxOutputLength) => zlib.gunzipSync(bytes, { maxOutputLength }),
    unpackLater: (bytes, maxOutputLength) => promisify(zlib.gunzip)(bytes, { maxOutputLength }),
  })
  return methods
}
