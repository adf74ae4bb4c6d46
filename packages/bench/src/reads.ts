/** Reads at several concurrencies, side by side: each reader waits for one value before it asks for the next. */
import { zipfKeys } from './harness.ts'
import { type Reader, type Round, interleave, printRates, readAll } from './rounds.ts'

/** What to compare. */
export interface ReadsOptions {
  /** Stands above each table. */
  readonly title?: string
  /** The one called `hotpath` is compared with all others. */
  readonly contestants: readonly Reader[]
  /** How many there are. */
  readonly keys: number
  readonly quick: boolean
  /** Called after each table. */
  readonly judge?: (readers: number, rounds: ReadonlyMap<string, readonly Round[]>) => void
}

/** A value of about 200 bytes. */
export const valueOf = (id: number): object => ({
  id,
  name: `product ${id}`,
  price: id / 7,
  tags: ['a', 'b', 'c'],
  text: 'x'.repeat(120),
})

/** Prints a table for each concurrency; answers with the rates at the highest. */
export async function compareReads({
  title,
  contestants,
  keys: count,
  quick,
  judge,
}: ReadsOptions): Promise<Map<string, number>> {
  let rates = new Map<string, number>()
  for (const readers of [1, 64, 512]) {
    const keys = zipfKeys(count, readers === 1 ? 15_000 : quick ? 10_000 : readers * 300)
    const rounds = await interleave(contestants, quick ? 3 : 7, (one) => readAll(one, keys, readers))
    const words = `${readers} ${readers === 1 ? 'reader' : 'readers'} at once`
    console.log(`\n${title === undefined ? words : `${title}, ${words}`}\n`)
    rates = printRates(rounds)
    judge?.(readers, rounds)
  }
  return rates
}
