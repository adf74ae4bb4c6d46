/** Reads at several concurrencies, side by side: each reader waits for one value before it asks for the next. */
import { performance } from 'node:perf_hooks'
import { zipfKeys } from './harness.ts'

/** One way to read. The one called `hotpath` is compared with all others. */
export interface Reading {
  readonly name: string
  read(key: string): unknown
}

/** What to compare. */
export interface ReadsOptions {
  readonly contestants: readonly Reading[]
  /** How many there are. */
  readonly keys: number
  /** Concurrencies. */
  readonly readers: readonly number[]
  readonly quick: boolean
}

interface Round {
  readonly perSecond: number
  readonly p99Ms: number
}

/** A value of about 200 bytes. */
export const valueOf = (id: number): object => ({
  id,
  name: `product ${id}`,
  price: id / 7,
  tags: ['a', 'b', 'c'],
  text: 'x'.repeat(120),
})

/** Prints a table for each concurrency. */
export async function compareReads({ contestants, keys: count, readers: all, quick }: ReadsOptions): Promise<void> {
  for (const readers of all) {
    const keys = zipfKeys(count, readers === 1 ? 2_000 : quick ? 10_000 : 40_000)
    const rounds = new Map<string, Round[]>(contestants.map(({ name }) => [name, []]))
    for (const one of contestants) await run(one, keys, readers)
    for (let round = 0; round < (quick ? 3 : 7); round++) {
      for (const one of contestants) rounds.get(one.name)?.push(await run(one, keys, readers))
    }
    print(readers, rounds)
  }
}

async function run({ name, read }: Reading, keys: readonly string[], readers: number): Promise<Round> {
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
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: readers }, reader))
  const perSecond = (keys.length / (performance.now() - startedAt)) * 1_000
  times.sort((a, b) => a - b)
  return { perSecond, p99Ms: times[Math.floor(times.length * 0.99)] ?? 0 }
}

function print(readers: number, rounds: ReadonlyMap<string, readonly Round[]>): void {
  const rate = new Map([...rounds].map(([name, all]) => [name, median(all.map(({ perSecond }) => perSecond))]))
  const ours = rate.get('hotpath') ?? 0
  console.log(`\n${readers} ${readers === 1 ? 'reader' : 'readers'} at once\n`)
  console.log('| | reads/s | p99 ms | hotpath is |\n| --- | --: | --: | --: |')
  for (const [name, all] of rounds) {
    const p99 = median(all.map(({ p99Ms }) => p99Ms))
    const ratio = name === 'hotpath' ? '' : `${(ours / (rate.get(name) ?? 1)).toFixed(2)} ×`
    console.log(`| ${name} | ${Math.round(rate.get(name) ?? 0).toLocaleString('en')} | ${p99.toFixed(2)} | ${ratio} |`)
  }
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
