import {
  checkOptions,
  CodecError,
  type OptionTable,
  requiredString,
  wrongOption,
  wrongOptionSeen,
} from '@hotpath/contract'
import type { ValueCipher } from '../store/cipher.ts'
import { fromBytes, toBytes } from './frame.ts'
import { deleteKey, keyOf } from './key-store.ts'

/** Options of `createEncryption`: one of the two. */
export interface EncryptionOptions {
  /** Name of a key that this browser makes and keeps: one for each cache and user. */
  readonly name?: string | undefined
  /** A key of your own for AES-GCM, such as one derived from a passphrase: nothing is kept of it. */
  readonly key?: CryptoKey | undefined
}

/** Encrypts the values of a cache. */
export interface Encryption extends ValueCipher {
  /** Deletes the key that this browser has kept: what it has encrypted is lost, as on logout. */
  forget(): Promise<void>
}

/** What is stored in place of a value. */
interface Encrypted {
  readonly iv: Uint8Array<ArrayBuffer>
  readonly bytes: ArrayBuffer
}

const OPTIONS: OptionTable<keyof EncryptionOptions> = { name: true, key: keyOption }
const IV_BYTES = 12

/**
 * Encrypts values before they are stored in IndexedDB (AES-256-GCM, each bound to its key in the cache): the `encryption` of
 * `createBrowserCache`. The key is one that scripts can use and cannot read. It keeps values from those who read the disk or a
 * backup, not from a script of the page, which can use the key as well, and not from the browser; keys of
 * entries and tags stay readable. Tokens and passwords do not belong in a cache, encrypted or not.
 *
 * Each call rejects with StorageError or CodecError `ERR_CODEC_KEY` where there is no `crypto.subtle` (insecure contexts), or no place for the key.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { createEncryption } from '@hotpath/browser/encryption'
 *
 * const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
 * const encryption = createEncryption({ key }) // in a page: createEncryption({ name: 'shop:user-42' })
 * const stored = await encryption.encrypt({ born: new Date(0) }, 'user:42')
 * console.log(await encryption.decrypt(stored, 'user:42')) // { born: 1970-01-01T00:00:00.000Z }
 * ```
 */
export function createEncryption(options: EncryptionOptions): Encryption {
  checkOptions(options, 'createEncryption', OPTIONS)
  const { key: given } = options
  if ((given === undefined) === (options.name === undefined))
    throw wrongOption(
      'name',
      'given, or `key`',
      options.name,
      "Use for example `createEncryption({ name: 'shop:user-42' })`.",
    )
  const name = given === undefined ? requiredString(options.name, 'name', "name: 'shop:user-42'") : ''
  let kept: Promise<CryptoKey> | undefined

  async function key(): Promise<CryptoKey> {
    if (globalThis.crypto?.subtle === undefined)
      throw new CodecError(
        'ERR_CODEC_KEY',
        'There is no `crypto.subtle` here. Serve the page over https, or store without `encryption`.',
      )
    if (given !== undefined) return given
    kept ??= keyOf(name)
    // The next call tries again.
    kept.catch(() => (kept = undefined))
    return kept
  }
  const boundTo = (cacheKey: string): { readonly name: string; readonly additionalData: Uint8Array<ArrayBuffer> } => ({
    name: 'AES-GCM',
    additionalData: new TextEncoder().encode(cacheKey),
  })

  return {
    async encrypt(value, cacheKey) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
      const own = await key()
      const bytes = await crypto.subtle.encrypt({ ...boundTo(cacheKey), iv }, own, toBytes(value))
      return { iv, bytes } satisfies Encrypted
    },
    async decrypt(stored, cacheKey) {
      const { iv, bytes } = Object(stored) as Partial<Encrypted>
      if (!(iv instanceof Uint8Array) || !(bytes instanceof ArrayBuffer)) throw unreadable('it was not encrypted')
      const own = await key()
      const decrypted = await crypto.subtle
        .decrypt({ ...boundTo(cacheKey), iv }, own, bytes)
        .catch((cause: unknown) => {
          throw unreadable('another key has encrypted it, or it was changed', cause)
        })
      return fromBytes(new Uint8Array(decrypted))
    },
    async forget() {
      kept = undefined
      if (given === undefined) await deleteKey(name)
    },
  }
}

function keyOption(value: unknown, option: string): void {
  const { algorithm, usages } = Object(value) as Partial<CryptoKey>
  if (algorithm?.name === 'AES-GCM' && usages?.includes('encrypt') === true && usages.includes('decrypt')) return
  throw wrongOptionSeen(option, 'a CryptoKey for AES-GCM', value, {
    seen: algorithm?.name ?? typeof value,
    wayOut: "It needs both usages: `['encrypt', 'decrypt']`.",
  })
}

function unreadable(why: string, cause?: unknown): CodecError {
  return new CodecError('ERR_CODEC_KEY', `A stored value cannot be decrypted: ${why}. It counts as a miss.`, { cause })
}
