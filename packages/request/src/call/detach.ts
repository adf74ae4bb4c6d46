/**
 * A promise that a signal detaches its caller from: it rejects with the signal's reason, and what runs goes on.
 *
 * @param over - Called when the promise has settled.
 * @param left - Called when the caller leaves before.
 */
export function detach<Value>(
  promise: Promise<Value>,
  signal: AbortSignal,
  over?: () => void,
  left?: (reason: unknown) => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason)
      left?.(signal.reason)
    }
    // A call may abort itself while it begins.
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    promise.then(
      (value) => {
        signal.removeEventListener('abort', onAbort)
        over?.()
        resolve(value)
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort)
        over?.()
        reject(error)
      },
    )
  })
}
