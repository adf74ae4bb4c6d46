/** Measures contestants side by side: rounds A B C A B C …, medians, results consumed, keys skewed. */

/** One thing to measure. */
export interface Contestant {
  readonly name: string
  /** Runs the operation once for each key, and answers something made of the results. */
  run(keys: readonly string[]): unknown
}

/** What was measured: per operation, medians over the rounds, in processor time. */
export interface Measurement {
  readonly name: string
  readonly ns: number
  readonly minNs: number
  readonly maxNs: number
  readonly bytes: number
}

/** Keys drawn by Zipf's law (exponent 1) from `count` keys, by a small seeded generator (Lehmer 1951, MINSTD). */
export function zipfKeys(count: number, draws: number, seed = 42): string[] {
  const sums: number[] = []
  let sum = 0
  for (let rank = 1; rank <= count; rank++) sums.push((sum += 1 / rank))
  let state = seed
  return Array.from({ length: draws }, () => {
    state = (state * 48_271) % 2_147_483_647
    const wanted = (state / 2_147_483_647) * sum
    return keyOf(firstFrom(sums, wanted))
  })
}

/** Index of the first number that is not below another; by halves. */
function firstFrom(sorted: readonly number[], wanted: number): number {
  let [low, high] = [0, sorted.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) >= wanted) high = middle
    else low = middle + 1
  }
  return low
}

/** The key of a rank. */
export function keyOf(rank: number): string {
  return `item:${rank}`
}

/** Measures all contestants, interleaved. */
export async function measure(
  contestants: readonly Contestant[],
  keys: readonly string[],
  rounds: number,
): Promise<Measurement[]> {
  const times = contestants.map((): number[] => [])
  const bytes = contestants.map((): number[] => [])
  for (const { run } of contestants) await run(keys)
  for (let round = 0; round < rounds; round++) {
    for (const [index, { run }] of contestants.entries()) {
      globalThis.gc?.()
      const heap = process.memoryUsage().heapUsed
      const startedAt = process.cpuUsage()
      await run(keys)
      const { user, system } = process.cpuUsage(startedAt)
      times[index]?.push(((user + system) * 1e3) / keys.length)
      bytes[index]?.push((process.memoryUsage().heapUsed - heap) / keys.length)
    }
  }
  return contestants.map(({ name }, index) => {
    const sorted = (times[index] ?? []).toSorted((a, b) => a - b)
    return {
      name,
      ns: median(sorted),
      minNs: sorted[0] ?? 0,
      maxNs: sorted.at(-1) ?? 0,
      bytes: median((bytes[index] ?? []).toSorted((a, b) => a - b)),
    }
  })
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
