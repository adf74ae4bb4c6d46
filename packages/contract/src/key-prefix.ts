import { KeyError } from './errors.ts'
import { type CacheKey, displayKey, encodeWholeKey } from './key.ts'
import { MAX_HEAD_BYTES, keyBytes } from './key-shortening.ts'

/** Longest prefix in UTF-8 bytes: together with the `:` behind it, it must fit in what shortened keys keep. */
export const MAX_PREFIX_BYTES: number = MAX_HEAD_BYTES - 1

/**
 * Encodes the beginning of keys, for invalidation: `['city']` stands for itself and for all keys that begin with that
 * part, such as `['city', 42]`, but not for `['city-hall']`.
 *
 * @throws KeyError as `encodeKey` does, and `ERR_KEY_PREFIX_LENGTH` over 214 bytes: such a prefix could not be
 * recognized in a shortened key, and entries would be missed.
 */
export function encodeKeyPrefix(key: CacheKey): string {
  const prefix = encodeWholeKey(key)
  const bytes = keyBytes(prefix)
  if (bytes <= MAX_PREFIX_BYTES) return prefix
  throw new KeyError(
    'ERR_KEY_PREFIX_LENGTH',
    `\`prefix\` must be at most ${MAX_PREFIX_BYTES} bytes once encoded, received ${bytes} in '${displayKey(prefix)}'. Use fewer or shorter parts, or a tag.`,
  )
}

/**
 * Tells whether an encoded key is, or begins with the parts of, an encoded prefix. A string prefix that ends in `:`
 * ends at a part boundary as well.
 */
export function hasKeyPrefix(encodedKey: string, encodedPrefix: string): boolean {
  if (!encodedKey.startsWith(encodedPrefix)) return false
  const end = encodedPrefix.length
  return end === encodedKey.length || encodedKey[end] === ':' || encodedPrefix.endsWith(':')
}
