/** A promise that a signal detaches its caller from: it rejects with the signal's reason, and what runs goes on. */
export function detach<Value>(promise: Promise<Value>, signal: AbortSignal, end: () => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    // A call may abort itself while it begins.
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    const over = (): void => {
      signal.removeEventListener('abort', onAbort)
      end()
    }
    promise.then(
      (value) => {
        over()
        resolve(value)
      },
      (error: unknown) => {
        over()
        reject(error)
      },
    )
  })
}
