import type { Tier } from '@hotpath/contract'
import { describe, expect, test } from 'vitest'
import {
  type ChaosTierOptions,
  ChaosError,
  asyncTier,
  chaosTier,
  createFakeClock,
  createRandom,
  flush,
  tierCases,
} from '../src/index.ts'
import { contextOf, entryOf } from './bench.ts'

function setUp(options: Partial<ChaosTierOptions> = {}, inner: Tier = asyncTier()) {
  const clock = createFakeClock()
  const tier = chaosTier(inner, { random: createRandom(1), clock, ...options })
  return { clock, tier, store: tier.open(contextOf(clock)), behind: inner.open(contextOf(clock)) }
}

/** What became of calls: how many answered, rejected, or still wait. */
async function outcomes(
  calls: readonly Promise<unknown>[],
): Promise<{ answered: number; rejected: number; waiting: number }> {
  const counts = { answered: 0, rejected: 0, waiting: calls.length }
  for (const call of calls) {
    call.then(
      () => (counts.answered++, counts.waiting--),
      () => (counts.rejected++, counts.waiting--),
    )
  }
  await flush()
  return counts
}

describe('a chaos tier without chaos keeps the contract of tiers: it', () => {
  const open = (): Tier => chaosTier(asyncTier(), { random: createRandom(1), clock: createFakeClock() })
  for (const { name, run } of tierCases({ open })) test(name, run)
})

test('calls fail in the ratio asked for, from the seed', async () => {
  const run = async (seed: number): Promise<string> => {
    const { store } = setUp({ random: createRandom(seed), failRate: 0.3 })
    const results = await Promise.allSettled(Array.from({ length: 1_000 }, async () => store.get('a')))
    return results.map((result) => (result.status === 'rejected' ? 'x' : '.')).join('')
  }
  const first = await run(1)
  const failed = first.replaceAll('.', '').length
  expect(failed).toBeGreaterThan(250)
  expect(failed).toBeLessThan(350)
  expect(await run(1)).toBe(first)
  expect(await run(2)).not.toBe(first)
})

test('a write that fails has taken effect half of the time', async () => {
  const { store, behind, tier } = setUp({ failRate: 1 })
  const keys = Array.from({ length: 200 }, (_, index) => `key:${index}`)
  for (const key of keys) await expect(store.set(key, entryOf())).rejects.toThrow(ChaosError)
  const written = (await behind.getMany(keys)).filter((entry) => entry !== undefined).length
  expect(written).toBeGreaterThan(60)
  expect(written).toBeLessThan(140)
  expect(tier.counts).toEqual({ calls: 200, failed: 200, hung: 0, dropped: 0 })
})

test('a call that hangs is never answered, however long one waits', async () => {
  const { clock, store, tier } = setUp({ hangRate: 1, delayMs: 10 })
  const call = Promise.resolve(store.get('a'))
  await clock.advanceAsync(1_000_000)
  expect(await outcomes([call])).toEqual({ answered: 0, rejected: 0, waiting: 1 })
  expect(tier.counts.hung).toBe(1)
  expect(clock.pending).toBe(0)
})

test('calls are delayed on the clock, by no more than they may be', async () => {
  const { clock, store } = setUp({ delayMs: 20 })
  const calls = Array.from({ length: 50 }, async () => store.get('a'))
  const early = await outcomes(calls)
  expect(early.waiting).toBeGreaterThan(30)
  await clock.advanceAsync(20)
  expect(await outcomes(calls)).toEqual({ answered: 50, rejected: 0, waiting: 0 })
})

test('part of a delay is before the write takes effect, part of it after', async () => {
  const { clock, store, behind } = setUp({ delayMs: 100 })
  const written = store.set('a', entryOf())
  const seen: boolean[] = []
  for (let ms = 0; ms < 100; ms++) {
    seen.push((await behind.get('a')) !== undefined)
    await clock.advanceAsync(1)
  }
  await written
  expect(seen[0]).toBe(false)
  expect(seen.at(-1)).toBe(true)
})

test('dropped writes are acknowledged without effect; reads are never dropped', async () => {
  const { store, behind, tier } = setUp({ dropRate: 1 })
  await store.set('a', entryOf())
  await store.setMany([['b', entryOf()]])
  expect(await behind.getMany(['a', 'b'])).toEqual([undefined, undefined])
  await behind.set('c', entryOf())
  await store.delete(['c'])
  await store.clear()
  expect((await store.get('c'))?.value).toBe('value')
  expect(tier.counts.dropped).toBe(4)
})

test('while it is down every call rejects, also those under way, and after that none', async () => {
  const { clock, tier, store } = setUp({ delayMs: 50 })
  const underWay = Array.from({ length: 20 }, async () => store.get('a'))
  await flush()
  tier.down()
  await clock.advanceAsync(50)
  expect((await outcomes(underWay)).rejected).toBeGreaterThan(15)
  const refused = Promise.resolve(store.get('a'))
  refused.catch(() => {})
  await clock.advanceAsync(50)
  await expect(refused).rejects.toThrow('`get` failed, because `down()` was called')
  tier.up()
  const answered = store.get('a')
  await clock.advanceAsync(50)
  expect(await answered).toBeUndefined()
})

test('capabilities of the tier behind stay what they are', () => {
  const inner = asyncTier()
  const lease = { acquire: async () => undefined, released: async () => {}, close: async () => {} }
  const tier = chaosTier(
    { ...inner, type: 'special', openLease: () => lease },
    { random: createRandom(1), clock: createFakeClock() },
  )
  const context = contextOf(createFakeClock())
  expect(tier.type).toBe('special')
  expect(tier.openLog).toBeUndefined()
  expect(tier.openLease?.(context)).toBe(lease)
  expect(tier.open(context).peek).toBeUndefined()
  expect(tier.open(context).usage).toBeDefined()
})

test('a ratio outside 0 to 1 is refused', () => {
  expect(() => setUp({ failRate: 1.5 })).toThrow('`failRate` must be a ratio from 0 to 1, received 1.5')
  expect(() => setUp({ hangRate: -1 })).toThrow('`hangRate`')
  expect(() => setUp({ dropRate: Number.NaN })).toThrow('`dropRate`')
})
