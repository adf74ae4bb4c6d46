import { HotpathError } from './errors.ts'

/** What went on, and why it had to. */
export interface CallbackErrorOptions {
  /** What went on although the function threw: `'The read'`. */
  readonly wentOn: string
  /** What it threw. */
  readonly cause: unknown
  /** Further facts. Default: none. */
  readonly context?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Makes the error `ERR_LISTENER_THREW` for a function of the caller that was only to be told or asked something, and threw.
 * It is reported as a fault.
 *
 * @param what - How the function is called: a listener, or an option in backticks.
 *
 * @example
 * ```ts
 * import { callbackError } from '@hotpath/contract'
 *
 * const error = callbackError('`onRead`', { wentOn: 'The read', cause: new Error('no console') })
 * console.log(error.code) // ERR_LISTENER_THREW
 * ```
 */
export function callbackError(what: string, { wentOn, cause, context = {} }: CallbackErrorOptions): HotpathError {
  return new HotpathError('ERR_LISTENER_THREW', `${what} threw. ${wentOn} went on; handle the error inside it.`, {
    cause,
    context,
  })
}
