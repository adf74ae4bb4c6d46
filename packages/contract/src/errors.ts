import { reducedCause } from './cause.ts'
import { messageOf } from './messages.ts'

/**
 * The one error family of all Hotpath packages.
 *
 * Every code has a heading in `docs/errors.md`; a test compares the two lists.
 */
export const ERROR_CODES = [
  'ERR_CONFIG_OPTION',
  'ERR_CONFIG_DURATION',
  'ERR_CONFIG_BYTES',
  'ERR_CONFIG_UNBOUNDED',
  'ERR_CONFIG_NO_CACHE',
  'ERR_KEY_EMPTY',
  'ERR_KEY_PART',
  'ERR_KEY_DEPTH',
  'ERR_KEY_MALFORMED',
  'ERR_KEY_PREFIX_LENGTH',
  'ERR_KEY_KIND',
  'ERR_TAG_INVALID',
  'ERR_TAG_COUNT',
  'ERR_PATTERN_INVALID',
  'ERR_TOKEN_INVALID',
  'ERR_VALUE_UNDEFINED',
  'ERR_VALUE_PROMISE',
  'ERR_VALUE_RESPONSE',
  'ERR_VALUE_TOO_LARGE',
  'ERR_VALUE_SIZE',
  'ERR_LOAD_TIMEOUT',
  'ERR_LOAD_RESULT',
  'ERR_CACHE_CLOSED',
  'ERR_TIER_FAILED',
  'ERR_TIER_TIMEOUT',
  'ERR_LEASE_LOST',
  'ERR_LOG_UNAVAILABLE',
  'ERR_LOG_FLAPPING',
  'ERR_LOG_NO_VIEW',
  'ERR_LOG_UNCONFIRMED',
  'ERR_LOG_REWOUND',
  'ERR_LOG_CROWDED',
  'ERR_CODEC_VALUE',
  'ERR_CODEC_FRAME',
  'ERR_CODEC_KEY',
  'ERR_LISTENER_THREW',
  'ERR_STORAGE_UNAVAILABLE',
  'ERR_STORAGE_BLOCKED',
  'ERR_STORAGE_QUOTA',
  'ERR_STORAGE_FAILED',
  'ERR_REQUEST_TIMEOUT',
  'ERR_REQUEST_CIRCUIT_OPEN',
  'ERR_REQUEST_QUEUE_FULL',
  'ERR_REQUEST_RESULT',
  'ERR_REQUEST_CYCLE',
  'ERR_HTTP_STATUS',
  'ERR_HTTP_BODY',
  'ERR_HTTP_NETWORK',
  'ERR_DECORATOR_TARGET',
  'ERR_DECORATOR_NAME',
  'ERR_DECORATOR_UNCONFIGURED',
  'ERR_DB_POOL_TIMEOUT',
  'ERR_DB_TRANSACTION',
  'ERR_DB_ROLLED_BACK',
  'ERR_DB_CURSOR',
  'ERR_DB_FIELD',
  'ERR_DB_REPEATED',
  'ERR_DB_SCHEMA',
  'ERR_DB_CLOSED',
  'ERR_DB_NOT_INVALIDATED',
] as const

/** A code that names one kind of failure; stable across versions, meant for `isHotpathError(error, code)`. */
export type ErrorCode = (typeof ERROR_CODES)[number]

/** Facts beside the message, safe to log: option names, shortened keys, sizes. Never a user's value. */
export type ErrorContext = Readonly<Record<string, unknown>>

/** What an error may carry beside its message. */
export interface ErrorDetails {
  /**
   * What led to this error. Its message is added to this one's, and it is reduced to its name, code, message and stack,
   * short and without credentials, as errors of drivers hold keys, values and passwords. A `HotpathError` is kept whole.
   */
  readonly cause?: unknown
  /** Facts beside the message. */
  readonly context?: ErrorContext
}

// Keyed globally, so that an error made by the CommonJS copy is known to the ESM copy and to a duplicate install.
const BRAND: unique symbol = Symbol.for('@hotpath/error') as never

/** Base of every error that Hotpath throws or reports. */
export class HotpathError extends Error {
  /** Name of the class, also in minified code. */
  override readonly name: string = 'HotpathError'
  /** Which failure this is. */
  readonly code: ErrorCode
  /** Facts beside the message. */
  readonly context: ErrorContext

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const cause = causeOf(details)
    const own = messageOf(code, details.context, message)
    super(cause === undefined ? own : `${own} Cause: ${cause.message}`, cause && { cause })
    this.code = code
    this.context = details.context ?? {}
    Object.defineProperty(this, BRAND, { value: true })
  }
}

function causeOf({ cause }: ErrorDetails): Error | undefined {
  return cause === undefined || isHotpathError(cause) ? cause : reducedCause(cause)
}

/** An option is wrong; thrown when a cache, tier or call is configured, before anything happens. */
export class ConfigError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name = 'ConfigError'
}

/** Something cannot be a cache key. */
export class KeyError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name = 'KeyError'
}

/** Something cannot be a tag. */
export class TagError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name = 'TagError'
}

/** Something cannot be a key pattern. */
export class PatternError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name = 'PatternError'
}

/** A consistency token was not made by this library, or was damaged on its way. */
export class TokenError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name = 'TokenError'
}

/** A value cannot be stored. */
export class ValueError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name = 'ValueError'
}

/** A loader broke its contract: too slow, or a result of the wrong shape. What it throws itself is passed on as it is. */
export class LoadError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name = 'LoadError'
}

/** The cache was closed before or during the call. */
export class ClosedError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name = 'ClosedError'
}

/** A tier failed or was too slow; reported as an event and treated as a miss, never thrown by a read. */
export class TierError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name = 'TierError'
}

/** A value cannot be turned into bytes, or bytes cannot be turned back; a tier takes it as a miss and reports it. */
export class CodecError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name = 'CodecError'
}

/** The browser's storage is denied, full, kept from an upgrade by another tab, or failed. */
export class StorageError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name = 'StorageError'
}

/** The invalidation log could not be reached, or did not say whether it accepted a record. */
export class LogError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name = 'LogError'
}

/** What belongs around a statement failed: its connection or its transaction. Errors of the database itself are passed on as they are. */
export class DatabaseError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name = 'DatabaseError'
}

/** A call was given up: too slow, refused, or answered in a way that cannot be used. What a function throws itself is passed on as it is. */
export class RequestError extends HotpathError {
  /** Name of the class, also in minified code. */
  override readonly name: string = 'RequestError'
}

/** What an `HttpError` knows of the answer. */
export interface HttpErrorDetails extends ErrorDetails {
  /** Status of the answer. */
  readonly status: number
  /** Headers of the answer, their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Body of the answer as far as it was read: parsed where it was JSON, else text. */
  readonly body?: unknown
}

/** A server answered, but not with what was asked for. */
export class HttpError extends RequestError {
  /** Name of the class, also in minified code. */
  override readonly name: string = 'HttpError'
  /** Status of the answer. */
  readonly status: number
  /** Headers of the answer, their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Body of the answer as far as it was read: parsed where it was JSON, else text. */
  readonly body: unknown

  constructor(code: ErrorCode, message: string, details: HttpErrorDetails) {
    super(code, message, details)
    this.status = details.status
    this.headers = details.headers
    this.body = details.body
  }
}

/**
 * Tells whether something is an error of this family, and optionally of one code. Works across copies of the package,
 * where `instanceof` does not.
 *
 * @example
 * ```ts
 * import { isHotpathError } from '@hotpath/contract'
 *
 * try {
 *   throw new TypeError('not ours')
 * } catch (error) {
 *   console.log(isHotpathError(error, 'ERR_LOAD_TIMEOUT')) // false
 * }
 * ```
 */
export function isHotpathError(error: unknown, code?: ErrorCode): error is HotpathError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false
  return code === undefined || (error as unknown as HotpathError).code === code
}
