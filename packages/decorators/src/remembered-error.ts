/**
 * Failures that are remembered. They take the place of the value, so that what outdates the value outdates them, and
 * callers who wait share them.
 */
import { type Duration, toMs } from '@hotpath/contract'

/** What stands in the cache for a failure: plain data, so that a codec can carry it. */
interface RememberedError {
  readonly '@hotpath/error': true
  readonly error: unknown
}

/** How long a failure is remembered. */
export type ErrorTtl = Duration | false | ((error: unknown) => Duration | false)

/** Integer milliseconds of the option; 0 for not at all. */
export function toErrorMs(ttl: Duration | false | undefined): number {
  return ttl === undefined || ttl === false ? 0 : toMs(ttl, 'errorTtl')
}

/** How long this failure is remembered. */
export function errorMsOf(ttl: ErrorTtl, error: unknown): number {
  return toErrorMs(typeof ttl === 'function' ? ttl(error) : ttl)
}

export function remember(error: unknown): RememberedError {
  return { '@hotpath/error': true, error }
}

// Keyed globally: the CommonJS copy may read what the ESM copy remembers.
const REMEMBERING = Symbol.for('@hotpath/decorators/remembering')

interface Remembering {
  /** Whether any member of this process remembers failures, so that others who share its keys may come upon one. */
  isOn: boolean
}

/** What this process remembers of failures. */
export function remembering(): Remembering {
  const globals = globalThis as { [REMEMBERING]?: Remembering }
  return (globals[REMEMBERING] ??= { isOn: false })
}

/** Throws what stands for a failure. */
export function throwRemembered<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && (value as Partial<RememberedError>)['@hotpath/error'] === true) {
    throw (value as unknown as RememberedError).error
  }
  return value
}
