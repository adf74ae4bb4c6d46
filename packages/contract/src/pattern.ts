/**
 * Glob patterns over encoded keys.
 *
 * Matching is the greedy two-pointer search: a mismatch returns to the last `*` only, because whatever an earlier one
 * could take the last one can take as well. So the cost is at most the product of the two lengths, both bounded.
 */
import { PatternError } from './errors.ts'
import { headOfShortened } from './key-shortening.ts'
import { received } from './received.ts'
import { isPairAt, utf8Length } from './utf8.ts'

const MAX_PATTERN_BYTES = 256

/** Any run of characters; the other tokens are code units. */
const RUN = -1
/** Any one character. */
const ONE = -2

/**
 * Compiles a glob pattern into a test for encoded keys: `*` stands for any run of characters (a `:` as well), `?` for
 * one character, `\` takes the next character literally; everything else stands for itself.
 *
 * Of a key over 256 bytes only the beginning and a hash are known. It matches when its beginning fits, whatever the
 * rest may have been: an entry too many is loaded again, where one too few would be served stale.
 *
 * @example
 * ```ts
 * import { compilePattern, encodeKey } from '@hotpath/contract'
 *
 * const matches = compilePattern('city:*:weather')
 * console.log(matches(encodeKey(['city', 42, 'weather']))) // true
 * console.log(matches(encodeKey(['city', 42]))) // false
 * ```
 *
 * @throws PatternError `ERR_PATTERN_INVALID` for an empty pattern, one over 256 bytes (escaping backslashes not
 * counted), one that ends in a lone `\`, or one with half of a surrogate pair.
 */
export function compilePattern(pattern: string): (encodedKey: string) => boolean {
  const tokens = tokenize(pattern)
  return (encodedKey) => {
    if (matches(tokens, encodedKey)) return true
    const head = headOfShortened(encodedKey)
    return head !== undefined && canContinue(tokens, head)
  }
}

/**
 * The same for what keeps keys whole, however long.
 *
 * @throws PatternError as `compilePattern` does.
 */
export function compileWholePattern(pattern: string): (encodedKey: string) => boolean {
  const tokens = tokenize(pattern)
  return (encodedKey) => matches(tokens, encodedKey)
}

/** Writes a text so that a pattern takes it literally. */
export function escapePattern(literal: string): string {
  return literal.replace(/[*?\\]/g, '\\$&')
}

function tokenize(pattern: string): readonly number[] {
  const refuse = (rule: string, wayOut: string): never => {
    throw new PatternError('ERR_PATTERN_INVALID', `\`pattern\` must ${rule}, received ${received(pattern)}. ${wayOut}`)
  }

  if (typeof pattern !== 'string' || pattern === '') refuse('be a text that is not empty', "Use '*' for all keys.")
  const tokens: number[] = []
  let escapes = 0
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]
    if (character === '*') {
      if (tokens.at(-1) !== RUN) tokens.push(RUN)
    } else if (character === '?') {
      tokens.push(ONE)
    } else {
      if (character === '\\') {
        at++
        escapes++
      }
      if (at === pattern.length) refuse('not end in a lone backslash', 'Double it to mean a backslash.')
      tokens.push(pattern.charCodeAt(at))
    }
  }
  const bytes = utf8Length(pattern)
  if (bytes < 0) refuse('be well-formed text, without halves of surrogate pairs', 'Use `?` for that character.')
  if (bytes - escapes <= MAX_PATTERN_BYTES) return tokens
  return refuse(`be at most ${MAX_PATTERN_BYTES} bytes and not ${bytes - escapes}`, 'Use `*` for a part of it.')
}

function matches(tokens: readonly number[], text: string): boolean {
  let next = 0
  let at = 0
  let afterRun = -1
  let resumeAt = 0
  while (at < text.length) {
    const token = tokens[next]
    if (token === RUN) {
      afterRun = ++next
      resumeAt = at
    } else if (token === ONE || token === text.charCodeAt(at)) {
      at += token === ONE && isPairAt(text, at) ? 2 : 1
      next++
    } else if (afterRun >= 0) {
      next = afterRun
      at = ++resumeAt
    } else {
      return false
    }
  }
  return next === tokens.length || (next === tokens.length - 1 && tokens[next] === RUN)
}

/** Tells whether some text that begins with `head`, and is longer, would match. */
function canContinue(tokens: readonly number[], head: string): boolean {
  let at = 0
  for (const token of tokens) {
    // A run can take the rest of the head, and the unknown text can be all that the pattern asks for.
    if (token === RUN || at === head.length) return true
    if (token !== ONE && token !== head.charCodeAt(at)) return false
    at += token === ONE && isPairAt(head, at) ? 2 : 1
  }
  return false
}
