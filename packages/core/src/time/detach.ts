/** A promise that a signal detaches its caller from: it rejects with the signal's reason, and what runs goes on. */
export function detach<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    const over = (): void => signal.removeEventListener('abort', onAbort)
    promise.then(resolve, reject).finally(over)
  })
}
