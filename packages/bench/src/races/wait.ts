/** Waits that end: nothing a contestant does may hang the run. */
import { deferred } from '@hotpath/testkit'

/** Answers with what the promise does, or throws what was waited for. */
export async function within<Value>(ms: number, what: string, promise: Promise<Value>): Promise<Value> {
  const late = deferred<never>()
  const timer = setTimeout(() => late.reject(new Error(`${what} took longer than ${ms} ms`)), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Whether the promise settles in time. */
export async function settles(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  )
  return Promise.race([settled, pause(ms).then(() => false)])
}

/** Asks again until the answer is yes; whether it ever was. */
export async function until(ms: number, holds: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > end) return false
    await pause(5)
  }
  return true
}

/** Waits until the wall clock shows another millisecond: some contestants order by it. */
export async function nextMillisecond(): Promise<void> {
  const start = Date.now()
  while (Date.now() <= start) await pause(1)
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}
