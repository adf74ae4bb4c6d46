export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}

/** Milliseconds since 1970, by a clock that only grows. */
export function absoluteNow(): number {
  return performance.timeOrigin + performance.now()
}
