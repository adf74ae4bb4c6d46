/** Invalidation of a tag however many entries carry it, and what an entry weighs in Redis. All without memory tiers. */
import { performance } from 'node:perf_hooks'
import { startRedis } from '../../../scripts/redis-server.ts'
import { bytes } from './bytes.ts'
import { CommandCounter } from './commands.ts'
import { many } from './many.ts'
import { goal, median } from './rounds.ts'
import { type Item, type Tagged, openTagged } from './tagged.ts'

/** Up to so many entries it is cheap to measure more than once a round. */
const FEW = 1_000
const OFTEN = 5
/** Items that are stored at a time. */
const CHUNK = 1_000

/** Runs the benchmark and prints its tables. */
export async function invalidation(quick: boolean): Promise<void> {
  const server = await startRedis()
  const contestants = await openTagged(server.url)
  const counter = new CommandCounter(server.url)
  try {
    await times(contestants, quick ? [10, 1_000, 10_000] : [10, 1_000, 100_000], quick ? 3 : 5)
    await counter.start()
    await commands(contestants, counter)
    counter.close()
    await many(server.url, quick ? 3 : 7)
    await bytes(server.url)
  } finally {
    counter.close()
    for (const { close } of contestants) await close()
    server.stop()
  }
}

async function times(contestants: readonly Tagged[], counts: readonly number[], rounds: number): Promise<void> {
  console.log('\nMilliseconds that the invalidation of a tag takes, by the number of entries that carry it\n')
  const taken = new Map(contestants.map(({ name }) => [name, counts.map((): number[] => [])]))
  for (let round = 0; round <= rounds; round++) {
    for (const [at, count] of counts.entries()) {
      for (const one of contestants) {
        for (let again = 0; again < (count > FEW ? 1 : OFTEN); again++) {
          const tag = `tag ${round}.${again} of ${count}`
          await fill(one, count, tag)
          await settle()
          const startedAt = performance.now()
          await one.invalidate(tag)
          // The first round warms up.
          if (round > 0) taken.get(one.name)?.[at]?.push(performance.now() - startedAt)
        }
      }
    }
  }
  console.log(`| | ${counts.map((count) => count.toLocaleString('en')).join(' | ')} | most / fewest |`)
  console.log(`| --- | ${counts.map(() => '--:').join(' | ')} | --: |`)
  for (const [name, all] of taken) {
    const medians = all.map(median)
    const ratio = (medians.at(-1) ?? 0) / (medians[0] ?? 1)
    console.log(`| ${name} | ${medians.map((ms) => ms.toFixed(2)).join(' | ')} | ${ratio.toFixed(2)} × |`)
  }
  const ours = taken.get('hotpath') ?? []
  console.log('')
  goal('tag on most entries, × on the fewest', median(ours.at(-1) ?? []) / median(ours[0] ?? []), { atMost: 1.5 })
}

async function commands(contestants: readonly Tagged[], counter: CommandCounter): Promise<void> {
  console.log('\nCommands sent\n')
  console.log('| | to invalidate a tag of 10 entries | to get an entry before | after |\n| --- | --: | --: | --: |')
  const ours: number[] = []
  for (const one of contestants) {
    await fill(one, 10, 'tag')
    const get = one.get
    const before = get === undefined ? undefined : await counter.of(() => get('tag 3'))
    await one.invalidate('tag')
    const invalidating = await counter.of(
      (attempt) => one.invalidate(`tag ${attempt}`),
      (attempt) => fill(one, 10, `tag ${attempt}`),
    )
    const after = get === undefined ? undefined : await counter.of((attempt) => get(`tag ${attempt}`))
    console.log(`| ${one.name} | ${invalidating} | ${before ?? 'n/a'} | ${after ?? 'n/a'} |`)
    if (one.name === 'hotpath') ours.push(invalidating, (after ?? 0) - (before ?? 0))
  }
  console.log('')
  goal('round trips of an invalidation', ours[0] ?? 0, { atMost: 1.5 })
  goal('further ones of a get afterwards', ours[1] ?? 0, { atMost: 0 })
}

/** So that what is measured does not pay for what was stored. */
async function settle(): Promise<void> {
  globalThis.gc?.()
  await new Promise((resolve) => void setTimeout(resolve, 50))
}

async function fill(one: Tagged, count: number, tag: string): Promise<void> {
  for (let from = 0; from < count; from += CHUNK) {
    const items = Array.from({ length: Math.min(CHUNK, count - from) }, (_, index): Item => {
      const id = from + index
      return { key: `${tag} ${id}`, value: { id, name: `product ${id}`, price: id / 7 } }
    })
    await one.fill(items, tag)
  }
}
