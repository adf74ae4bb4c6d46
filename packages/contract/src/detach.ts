/**
 * A promise that a signal detaches its caller from: it rejects with the signal's reason, and what runs goes on.
 *
 * @param over - Called when the promise has settled.
 * @param left - Called when the caller leaves before.
 *
 * @example
 * ```ts
 * import { detach } from '@hotpath/contract'
 *
 * const never = new Promise<string>(() => {})
 * const answer = detach(never, AbortSignal.abort(new Error('gone')))
 * console.log(await answer.catch((error: Error) => error.message)) // gone
 * ```
 */
export function detach<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
  over?: () => void,
  left?: (reason: unknown) => void,
): Promise<Value> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason)
      left?.(signal.reason)
    }
    const end = (): void => {
      signal.removeEventListener('abort', onAbort)
      over?.()
    }
    // A call may abort itself while it begins.
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    promise.then(end, end)
    promise.then(resolve, reject)
  })
}
