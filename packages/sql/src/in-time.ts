import { systemClock, within } from '@hotpath/contract'

/** Thrown by `inTime`. What was waited for may still happen. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
  readonly code = 'ETIMEDOUT'
}

/** Limits how long a database is waited for, on behalf of a caller; what it resolves to later is handed to `late`. */
export function inTime<Result>(
  limitMs: number,
  promise: Promise<Result>,
  late?: (result: Result) => void,
): Promise<Result> {
  const expired = (): Error => new TimeoutError(`no response within ${limitMs} ms`)
  return within(promise, { clock: systemClock, limitMs, expired, late, hold: true })
}
