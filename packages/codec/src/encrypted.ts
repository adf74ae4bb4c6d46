/**
 * AES-256-GCM (NIST SP 800-38D) around another codec. What is bound to the bytes beside the key of encryption: the
 * cache key and the frame's header, so that bytes moved to another key, or given a longer life, are refused.
 *
 *     key id (text) · nonce (12 bytes, random) · tag (16 bytes) · what the other codec made, encrypted
 *
 * One key is good for 2^32 values: nonces are random, and two alike under one key would give both values away.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import {
  type Codec,
  type CodecContext,
  ConfigError,
  type MaybePromise,
  type OptionTable,
  checkOptions,
  codecOption,
  displayKey,
  kindOf,
  wrongOption,
  wrongOptionSeen,
} from '@hotpath/contract'
import { ByteReader, ByteWriter } from './bytes.ts'
import { refusedKey } from './codec-error.ts'

/** Keys by their ids: 32 bytes each. A function may ask a key service; it is called for every value, so let it remember. */
export type EncryptionKeys =
  | Readonly<Record<string, Uint8Array>>
  | ((keyId: string) => MaybePromise<Uint8Array | undefined>)

/** Options of `encrypted`. */
export interface EncryptionOptions {
  /** Where keys come from. Keep retired ones until what they encrypted has expired. */
  readonly keys: EncryptionKeys
  /** Id of the key that new values are encrypted with; it is stored beside them in the clear. */
  readonly currentKeyId: string
}

const ENCRYPTION_OPTIONS: OptionTable<keyof EncryptionOptions> = {
  keys: '{ [id]: crypto.randomBytes(32) }',
  currentKeyId: 'id',
}

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts what another codec makes, bound to the cache key; compress before, as nothing encrypted gets smaller.
 *
 * @throws ConfigError when the current key is missing, or a key is not 32 bytes; a string is not bytes.
 *
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto'
 * import { compressed, encrypted, msgpack } from '@hotpath/codec'
 *
 * const keys = { '2027-01': randomBytes(32) }
 * const codec = encrypted(compressed(msgpack()), { keys, currentKeyId: '2027-01' })
 * const bytes = await codec.encode({ name: 'Ann' }, { key: 'user:42' })
 * console.log(await codec.decode(bytes, { key: 'user:42' })) // { name: 'Ann' }
 * ```
 */
export function encrypted(inner: Codec, options: EncryptionOptions): Codec {
  codecOption(inner, 'inner')
  checkOptions(options, 'encrypted', ENCRYPTION_OPTIONS)
  const { keys, currentKeyId } = options
  if (typeof currentKeyId !== 'string' || currentKeyId === '') {
    throw wrongOption('currentKeyId', 'a string that is not empty', currentKeyId, "Use for example '2027-01'.")
  }
  if (typeof keys !== 'function') checkKeys(keys, currentKeyId)
  const find = typeof keys === 'function' ? keys : (id: string) => (Object.hasOwn(keys, id) ? keys[id] : undefined)

  async function encode(value: unknown, context: CodecContext): Promise<Uint8Array> {
    const [key, plain] = await Promise.all([find(currentKeyId), inner.encode(value, context)])
    return seal({ key: usable(key, currentKeyId), keyId: currentKeyId, plain, context })
  }

  async function decode(bytes: Uint8Array, context: CodecContext): Promise<unknown> {
    const reader = new ByteReader(bytes)
    const keyId = reader.text()
    const key = usable(await find(keyId), keyId)
    return inner.decode(open({ key, keyId, reader, context }), context)
  }

  return { type: `encrypted ${inner.type}`, encode, decode }
}

function seal(given: {
  readonly key: Uint8Array
  readonly keyId: string
  readonly plain: Uint8Array
  readonly context: CodecContext
}): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, given.key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(boundTo(given.context))
  const body = [cipher.update(given.plain), cipher.final()]
  const writer = new ByteWriter(given.plain.length + 64)
  writer.text(given.keyId)
  for (const part of [nonce, cipher.getAuthTag(), ...body]) writer.raw(part)
  return writer.done()
}

function open(given: {
  readonly key: Uint8Array
  readonly keyId: string
  readonly reader: ByteReader
  readonly context: CodecContext
}): Uint8Array {
  const { reader } = given
  const decipher = createDecipheriv(ALGORITHM, given.key, reader.raw(NONCE_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(boundTo(given.context))
  decipher.setAuthTag(reader.raw(TAG_BYTES))
  const plain = decipher.update(reader.raw(reader.left))
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch (cause) {
    throw refusedKey(given.keyId, 'does not open these bytes: it is another one, or they were changed or moved', cause)
  }
}

function boundTo({ key, header }: CodecContext): Uint8Array {
  const writer = new ByteWriter()
  writer.text(key)
  if (header !== undefined) writer.raw(header)
  return writer.done()
}

function usable(key: Uint8Array | undefined, keyId: string): Uint8Array {
  if (key === undefined) throw refusedKey(keyId, 'is not among `keys`')
  if (isKey(key)) return key
  throw refusedKey(keyId, `is ${found(key)}, not ${KEY_BYTES} bytes. ${wayOut(key)}`)
}

/** A string of 32 letters would do for the cipher, and is much less than 32 random bytes. */
function isKey(key: unknown): key is Uint8Array {
  return ArrayBuffer.isView(key) && key.byteLength === KEY_BYTES
}

/** Never the key itself. */
function found(key: unknown): string {
  return ArrayBuffer.isView(key) ? `${key.byteLength} bytes` : kindOf(key)
}

function wayOut(key: unknown): string {
  if (typeof key === 'string') {
    if (/^[\da-f]{64}$/i.test(key)) return "Use `Buffer.from(key, 'hex')`."
    if (/^[\w+/-]{43}=?$/.test(key)) return "Use `Buffer.from(key, 'base64')`."
  }
  return 'Make one with `crypto.randomBytes(32)`.'
}

function checkKeys(keys: Readonly<Record<string, Uint8Array>>, currentKeyId: string): void {
  if (typeof keys !== 'object' || keys === null) {
    throw wrongOption('keys', 'an object or a function', keys, 'Use for example `{ [id]: crypto.randomBytes(32) }`.')
  }
  const current = Object.hasOwn(keys, currentKeyId) ? keys[currentKeyId] : undefined
  if (current === undefined) {
    const none = `\`keys\` must have a key under the id of \`currentKeyId\`, received none. ${wayOut(current)}`
    throw new ConfigError('ERR_CONFIG_OPTION', none)
  }
  // The retired ones too: with a wrong one all that it encrypted would be misses.
  for (const [id, key] of Object.entries(keys)) {
    if (isKey(key)) continue
    const words = { seen: found(key), wayOut: wayOut(key) }
    throw wrongOptionSeen(`keys.${displayKey(id)}`, `${KEY_BYTES} bytes`, key, words)
  }
}
