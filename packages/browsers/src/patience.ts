/** Nothing is waited for without end: an engine that does not respond fails its test by name. */
const PATIENCE_MS = 30_000

/** Waits for a promise, at most half a minute. */
export async function patiently<Value>(
  what: string,
  promise: Promise<Value>,
  limitMs: number = PATIENCE_MS,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${limitMs} ms.`)), limitMs)
  })
  try {
    return await Promise.race([promise, expired])
  } finally {
    clearTimeout(timer)
  }
}

/** Asks again and again until a condition holds. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  limitMs: number = PATIENCE_MS,
): Promise<void> {
  const end = performance.now() + limitMs
  // Less and less often: what takes long needs the processor more than we do.
  for (let pauseMs = 10; !(await isSo()); pauseMs = Math.min(pauseMs * 1.5, 200)) {
    if (performance.now() > end) throw new Error(`Waited ${limitMs} ms in vain for: ${what}.`)
    await new Promise((resolve) => void setTimeout(resolve, pauseMs))
  }
}
