/** Refuses values that would not come back from a store as they are. */
import { CodecError } from '../errors.ts'
import { displayKey } from '../key-display.ts'
import { findUnstorable } from './find-unstorable.ts'

/**
 * Checks that a value can be stored: plain data and the built-in types of docs/values.md, of any realm.
 *
 * @throws CodecError `ERR_CODEC_VALUE` that names the path to what cannot be stored.
 *
 * @example
 * ```ts
 * import { checkValue } from '@hotpath/contract/values'
 *
 * checkValue({ name: 'Ann', born: new Date(0), tags: new Set(['a']) })
 * try {
 *   checkValue({ user: { greet: () => 'hi' } })
 * } catch (error) {
 *   console.log((error as Error).message)
 *   // `value.user.greet` cannot be stored: it is a function. Store what it returns, or leave it out.
 * }
 * ```
 */
export function checkValue(value: unknown): void {
  const found = findUnstorable(value)
  if (found !== undefined) throw unstorable(found.path, found.what, found.wayOut, found.cause)
}

/** Makes the error for a value, or a part of one, that cannot be stored. */
export function unstorable(path: string, what: string, wayOut: string, cause?: unknown): CodecError {
  return new CodecError('ERR_CODEC_VALUE', `\`${path}\` cannot be stored: it is ${what}. ${wayOut}`, {
    cause,
    context: { path },
  })
}

/** The same error, with the cache key of the value in its message and context. */
export function withKey(error: CodecError, key: string): CodecError {
  const shown = displayKey(key)
  const keyed = new CodecError(error.code, `Key \`${shown}\`: ${error.message}`, {
    context: { ...error.context, key: shown },
  })
  // The message has that of the cause already.
  return Object.assign(keyed, error.cause === undefined ? {} : { cause: error.cause })
}
