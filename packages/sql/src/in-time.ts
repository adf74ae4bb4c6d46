/** Thrown by `inTime`. What was waited for may still happen. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
  readonly code = 'ETIMEDOUT'
}

/** Limits how long a promise is waited for; what it resolves to later is handed to `late`. */
export function inTime<Result>(
  limitMs: number,
  promise: Promise<Result>,
  late: (result: Result) => void = () => {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let isOver = false
    const timer = setTimeout(() => {
      isOver = true
      reject(new TimeoutError(`no response within ${limitMs} ms`))
    }, limitMs)
    promise.then(
      (result) => {
        clearTimeout(timer)
        if (isOver) late(result)
        else resolve(result)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
