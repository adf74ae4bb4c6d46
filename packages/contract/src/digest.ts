/**
 * Short and unlike any other: 160 bits of SHA-256. The search for any two texts with one digest takes 2^80 steps, the
 * search for a second one beside a given text 2^160. It hides what cannot be guessed, such as the name of a session; a
 * weak password can be tried out.
 */
import { sha256 } from './sha256.ts'
import { toUtf8 } from './utf8.ts'

const WORDS = 5
const DIGITS_PER_WORD = 8

/** How long a digest is. */
export const DIGEST_LENGTH: number = WORDS * DIGITS_PER_WORD

/**
 * Digest of a text: 40 hexadecimal digits, the first 160 bits of SHA-256. For keys that are not to show what they are
 * made of, or to be short; the same in every process and browser, and at once.
 */
export function digestOf(text: string): string {
  let digits = ''
  for (const word of sha256(toUtf8(text)).subarray(0, WORDS)) {
    digits += word.toString(16).padStart(DIGITS_PER_WORD, '0')
  }
  return digits
}
