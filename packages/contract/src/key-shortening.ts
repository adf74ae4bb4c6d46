/**
 * Long keys: their beginning, `~`, and a hash of the whole.
 *
 * What a key is made of may come from an attacker (a search term, a header). Whoever can find two keys with one hash
 * can read or replace another user's entry, so the hash is cryptographic: 160 bits of SHA-256, where the search for
 * any two colliding keys takes 2^80 steps. No array key of ordinary length looks like a shortened one, because a bare
 * part holds no `~` and a quoted one ends in a quote.
 */
import { DIGEST_LENGTH, digestOf } from './digest.ts'
import { KeyError } from './errors.ts'
import { displayKey } from './key-display.ts'
import { MAX_BYTES_PER_UNIT, utf8Head, utf8Length } from './utf8.ts'

/** Longest encoded key in UTF-8 bytes; longer ones are shortened to at most this. */
export const MAX_KEY_BYTES = 256

const MARK = '~'
const TAIL_LENGTH = MARK.length + DIGEST_LENGTH

/** How much of the beginning of a shortened key is kept, in bytes; less by up to 3 where a character would be cut. */
export const MAX_HEAD_BYTES: number = MAX_KEY_BYTES - TAIL_LENGTH
const MIN_HEAD_BYTES = MAX_HEAD_BYTES - 3

/** Up to this length an encoding is short enough, whatever its characters are. */
const SURELY_SHORT = MAX_KEY_BYTES / MAX_BYTES_PER_UNIT

/** Shortens a complete encoding when it is over 256 bytes. */
export function shortenKey(complete: string): string {
  // All that most keys pay for: bytes are counted only where they might be too many.
  if (complete.length <= SURELY_SHORT || keyBytes(complete) <= MAX_KEY_BYTES) return complete
  return utf8Head(complete, MAX_HEAD_BYTES) + MARK + digestOf(complete)
}

/** Number of UTF-8 bytes of an encoding; throws `ERR_KEY_MALFORMED` when it has no UTF-8 form. */
export function keyBytes(encoded: string): number {
  const bytes = utf8Length(encoded)
  if (bytes >= 0) return bytes
  throw new KeyError(
    'ERR_KEY_MALFORMED',
    `\`key\` must be well-formed text, received half of a surrogate pair in '${displayKey(encoded)}'. Use an array key, which escapes it.`,
  )
}

/** Tells whether an encoded key is the shortened form of a longer one. */
export function isShortenedKey(encoded: string): boolean {
  return headOfShortened(encoded) !== undefined
}

/** What a shortened key kept of its beginning, `undefined` for any other key. */
export function headOfShortened(encoded: string): string | undefined {
  const headLength = encoded.length - TAIL_LENGTH
  if (encoded[headLength] !== MARK || !/^[0-9a-f]+$/.test(encoded.slice(headLength + 1))) return undefined
  const head = encoded.slice(0, headLength)
  // A shorter string key may end like this by chance, `branch~<commit>` for one.
  const bytes = utf8Length(head)
  return bytes >= MIN_HEAD_BYTES && bytes <= MAX_HEAD_BYTES ? head : undefined
}
