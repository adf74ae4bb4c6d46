import { KeyError } from './errors.ts'
import { displayKey } from './key-display.ts'
import { type KeyPart, encodeParts } from './key-parts.ts'
import { MAX_KEY_BYTES, keyBytes, shortenKey } from './key-shortening.ts'
import { received } from './received.ts'

export type { KeyPart, NoInstance } from './key-parts.ts'
export { displayKey } from './key-display.ts'
export { MAX_KEY_BYTES, isShortenedKey } from './key-shortening.ts'

/**
 * Name of an entry: an array of parts, or a string.
 *
 * A string is used as it is: it counts as encoded already, so `'user:42'` and `['user', 42]` name the same entry. Use
 * an array where a part comes from outside: `['user', name]` keeps a `name` of `'1:admin'` in its place, a template
 * string does not.
 */
export type CacheKey = string | readonly KeyPart[]

/**
 * Encodes a key as a string, the same in every process and browser.
 *
 * Parts are joined with `:`. Different arrays have different encodings (`1` and `'1'`, `['a', 'b']` and `['a:b']`,
 * `null` and `undefined`), and a key begins with the parts of another exactly when its encoding does so up to a `:` or
 * its end. Members of objects are sorted. Encodings over 256 bytes of UTF-8 are shortened: they end in `~` and a hash
 * of the whole key.
 *
 * @example
 * ```ts
 * import { encodeKey } from '@hotpath/contract'
 *
 * console.log(encodeKey(['user', 42])) // user:42
 * console.log(encodeKey(['user', '42'])) // user:"42"
 * console.log(encodeKey(['search', { text: 'old town', page: 1 }])) // search:{page:1,text:"old town"}
 * ```
 *
 * @throws KeyError `ERR_KEY_EMPTY` for `''` and `[]`; `ERR_KEY_PART` naming the path to a function, a symbol, a class
 * instance, an invalid date or a cycle; `ERR_KEY_DEPTH` when nested over 32 levels; `ERR_KEY_MALFORMED` for a string
 * with half of a surrogate pair, unless it is so short that its length need not be counted: `assertKey` looks into it.
 */
export function encodeKey(key: CacheKey): string {
  return shortenKey(encodeWholeKey(key))
}

/**
 * Encodes a key in full length, however long: for what keeps keys whole, and to join it to what is before it.
 * `shortenKey` makes of it what `encodeKey` returns.
 *
 * @throws KeyError as `encodeKey` does.
 */
export function encodeWholeKey(key: CacheKey): string {
  if (typeof key === 'string') return key === '' ? refuseEmpty() : key
  return Array.isArray(key) ? encodeParts(key) : refuseType(key)
}

/**
 * Checks an encoded key in full: not empty, well-formed, at most 256 bytes. `encodeKey` leaves to this function what a
 * warm look-up need not pay for, because there is never an entry under a key that is refused here.
 *
 * @param maxBytes - `Infinity` where keys are kept whole.
 * @throws KeyError `ERR_KEY_EMPTY` or `ERR_KEY_MALFORMED`.
 */
export function assertKey(encoded: string, maxBytes: number = MAX_KEY_BYTES): void {
  if (encoded === '') refuseEmpty()
  const bytes = keyBytes(encoded)
  if (bytes <= maxBytes) return
  throw new KeyError(
    'ERR_KEY_MALFORMED',
    `\`key\` must be at most ${maxBytes} bytes once encoded, received ${bytes} in '${displayKey(encoded)}'. Pass it through \`encodeKey\`, which shortens it.`,
  )
}

function refuseEmpty(): never {
  throw new KeyError('ERR_KEY_EMPTY', "`key` must not be empty, received ''. Name what is stored, as in 'user:42'.")
}

function refuseType(key: unknown): never {
  throw new KeyError(
    'ERR_KEY_PART',
    `\`key\` must be a string or an array of parts, received ${received(key)}. Use for example ['user', 42].`,
    { context: { path: 'key' } },
  )
}
