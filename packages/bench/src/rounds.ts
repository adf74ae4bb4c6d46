/** Reads by many at once, in rounds that are interleaved: A B C A B C …, so that a noisy machine hits all alike. */
import { performance } from 'node:perf_hooks'

/** Something that reads keys. */
export interface Reader {
  readonly name: string
  read(key: string): Promise<unknown>
  close(): unknown
}

/** One pass over all keys. */
export interface Round {
  readonly perSecond: number
  readonly p99Ms: number
  /** Microseconds of this process for each read: what others do on the machine shows least in it. */
  readonly cpuUs: number
}

/** Runs every contestant once to warm up (round 0) and then `count` times. */
export async function interleave<Contestant extends { readonly name: string }, Result>(
  contestants: readonly Contestant[],
  count: number,
  run: (contestant: Contestant, round: number) => Promise<Result>,
): Promise<Map<string, Result[]>> {
  const all = new Map<string, Result[]>(contestants.map(({ name }) => [name, []]))
  for (const one of contestants) await run(one, 0)
  for (let round = 1; round <= count; round++) {
    for (const one of contestants) all.get(one.name)?.push(await run(one, round))
  }
  return all
}

/** Each of `readers` waits for its value before it asks for the next. */
export async function readAll({ name, read }: Reader, keys: readonly string[], readers: number): Promise<Round> {
  const times: number[] = []
  let next = 0
  const reader = async (): Promise<void> => {
    while (next < keys.length) {
      const key = keys[next++] as string
      const startedAt = performance.now()
      const value = await read(key)
      times.push(performance.now() - startedAt)
      if (value === undefined || value === null) throw new Error(`\`${name}\` did not have \`${key}\`.`)
    }
  }
  // What the round before left behind is not ours to clear away.
  globalThis.gc?.()
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: readers }, reader))
  const perSecond = (keys.length / (performance.now() - startedAt)) * 1_000
  const { user, system } = process.cpuUsage(cpu)
  times.sort((a, b) => a - b)
  return { perSecond, p99Ms: percentile(times, 0.99), cpuUs: (user + system) / keys.length }
}

/** Prints a line for each contestant, and how ours compares: ratios of medians. Answers the medians. */
export function printRates(rounds: ReadonlyMap<string, readonly Round[]>): Map<string, number> {
  const rates = new Map([...rounds].map(([name, all]) => [name, median(all.map(({ perSecond }) => perSecond))]))
  const ours = rates.get('hotpath') ?? 0
  console.log('| | reads/s | min..max | p99 ms | CPU µs | hotpath is |\n| --- | --: | --: | --: | --: | --: |')
  for (const [name, all] of rounds) {
    const rate = rates.get(name) ?? 0
    const of = all.map(({ perSecond }) => perSecond)
    const spread = `${whole(Math.min(...of))}..${whole(Math.max(...of))}`
    const p99 = median(all.map(({ p99Ms }) => p99Ms)).toFixed(2)
    const cpu = median(all.map(({ cpuUs }) => cpuUs)).toFixed(1)
    const ratio = name === 'hotpath' ? '' : `${(ours / rate).toFixed(2)} ×`
    console.log(`| ${name} | ${whole(rate)} | ${spread} | ${p99} | ${cpu} | ${ratio} |`)
  }
  return rates
}

/** Prints whether a goal is met. */
export function goal(
  what: string,
  value: number,
  bound: { readonly atLeast: number } | { readonly atMost: number },
): void {
  const [isMet, words] =
    'atLeast' in bound
      ? [value >= bound.atLeast, `at least ${bound.atLeast}`]
      : [value <= bound.atMost, `at most ${bound.atMost}`]
  console.log(`${isMet ? '✓' : '✗'} ${what}: ${value.toFixed(2)} (goal: ${words})`)
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en')
}

export function median(numbers: readonly number[]): number {
  return percentile(
    numbers.toSorted((a, b) => a - b),
    0.5,
  )
}

export function percentile(sorted: readonly number[], ratio: number): number {
  return sorted[Math.floor(sorted.length * ratio)] ?? 0
}
