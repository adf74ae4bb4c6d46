/** Whether memory stays flat. */

/** What a process took, after a collection of garbage. */
export interface MemorySample {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly heapBytes: number
  readonly rssBytes: number
}

/** How memory grew, in bytes per minute, over how many seconds. */
export interface Growth {
  readonly seconds: number
  readonly heapBytes: number
  readonly rssBytes: number
}

/** Caches and what is bounded by 50,000 ids fill up first. */
const WARM_UP_MS = 120_000
const MINUTE_MS = 60_000

/** Least squares over what one process took once it was warm; `undefined` for one that did not live long enough. */
export function growthOf(samples: readonly MemorySample[]): Growth | undefined {
  const [first] = samples
  if (first === undefined) return undefined
  const warm = samples.filter(({ at }) => at >= first.at + WARM_UP_MS)
  const [from, to] = [warm[0]?.at, warm.at(-1)?.at]
  if (from === undefined || to === undefined || warm.length < 3) return undefined
  const perMinute = (pick: (sample: MemorySample) => number): number =>
    slope(warm.map((sample) => [(sample.at - from) / MINUTE_MS, pick(sample)]))
  return {
    seconds: (to - from) / 1_000,
    heapBytes: perMinute(({ heapBytes }) => heapBytes),
    rssBytes: perMinute(({ rssBytes }) => rssBytes),
  }
}

function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (index: 0 | 1): number => points.reduce((sum, point) => sum + point[index], 0) / points.length
  const [x0, y0] = [mean(0), mean(1)]
  const covariance = points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0)
  const variance = points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0)
  return variance === 0 ? 0 : covariance / variance
}
