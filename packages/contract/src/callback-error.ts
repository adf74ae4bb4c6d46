import { type ErrorDetails, HotpathError } from './errors.ts'

/**
 * Makes the error `ERR_LISTENER_THREW` for a function of the caller that was only to be told or asked something, and threw.
 * It is reported as a fault.
 *
 * @param what - How the function is called: a listener, or an option in backticks.
 * @param wentOn - What went on although it threw: `'The read'`.
 * @param details - What it threw as the `cause`.
 *
 * @example
 * ```ts
 * import { callbackError } from '@hotpath/contract'
 *
 * const error = callbackError('`onRead`', 'The read', { cause: new Error('no console') })
 * console.log(error.code) // ERR_LISTENER_THREW
 * ```
 */
export function callbackError(what: string, wentOn: string, details: ErrorDetails): HotpathError {
  return new HotpathError(
    'ERR_LISTENER_THREW',
    `${what} threw. ${wentOn} went on; handle the error inside it.`,
    details,
  )
}
