/**
 * Failures that are remembered. They take the place of the value, so that what outdates the value outdates them, and
 * callers who wait share them.
 */
import { type Duration, toMs } from '@hotpath/contract'
import { isRememberedFailure } from '@hotpath/contract/values'

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

/** Throws what is remembered of a failure, and returns values. */
export function throwRemembered<Value>(value: Value): Value {
  if (isRememberedFailure(value)) throw value.error
  return value
}
