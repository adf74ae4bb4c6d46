import { isPromise } from './is-promise.ts'

/**
 * Calls a function that is only told something, and goes on whatever it does: what it throws, or what the promise that
 * it returns rejects with, goes to `threw`.
 */
export function notify<Told>(listener: (told: Told) => unknown, told: Told, threw: (cause: unknown) => void): void {
  try {
    const returned = listener(told)
    if (isPromise(returned)) returned.then(undefined, threw)
  } catch (cause) {
    threw(cause)
  }
}
