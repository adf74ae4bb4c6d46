/** Traces for those who have no recorded ones. Seeded: each run makes the same. */
import { createRandom } from '@hotpath/testkit'
import { type Trace, traceOf } from './policy.ts'

const KEYS = 10_000

export function generatedTraces(uses: number): Trace[] {
  const random = createRandom(1)
  const make = (name: string, key: (use: number) => number): Trace =>
    traceOf(
      name,
      'generated',
      Array.from({ length: uses }, (_, use) => key(use)),
    )
  const popular = zipf(0.9, KEYS, random)
  return [
    ...[0.7, 0.8, 0.9, 1, 1.1, 1.2].map((exponent) => make(`zipf ${exponent}`, zipf(exponent, KEYS, random))),
    make('loop', (use) => use % (KEYS / 2)),
    make('shifting hot set', (use) => (popular() + Math.floor((use * 5) / uses) * 2_000) % (2 * KEYS)),
    make('fading keys', (use) => popular() + Math.floor(use / 10)),
    // A tenth of all uses are scans, each of keys never seen before.
    make('zipf with scans', (use) => (use % KEYS < KEYS / 10 ? KEYS + use : popular())),
  ]
}

/** Keys drawn by Zipf's law. */
export function zipf(exponent: number, count: number, random: () => number): () => number {
  const sums: number[] = []
  let sum = 0
  for (let rank = 1; rank <= count; rank++) sums.push((sum += rank ** -exponent))
  return () => {
    const wanted = random() * sum
    let [low, high] = [0, count - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] as number) < wanted) low = middle + 1
      else high = middle
    }
    return low
  }
}
