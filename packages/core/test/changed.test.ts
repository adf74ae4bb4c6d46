/** A tier tells that somebody else changed what it holds: `TierContext.changed`. */
import type { Tier, TierContext } from '@hotpath/contract'
import { type AsyncTier, asyncTier, flush } from '@hotpath/testkit'
import { afterEach, expect, test } from 'vitest'
import { type Cache, createCache, memory } from './core.ts'

const open = new Set<Cache>()
afterEach(async () => {
  for (const cache of open) await cache.close()
  open.clear()
})

/** A cache of memory and these tiers, and what each of them was given. */
function make(...lower: AsyncTier[]): { readonly cache: Cache; readonly contexts: TierContext[] } {
  const contexts: TierContext[] = []
  const listening = lower.map((tier): Tier => {
    return {
      type: tier.type,
      open(context) {
        contexts.push(context)
        return tier.open(context)
      },
    }
  })
  const cache = createCache({ name: 'changed', tiers: [memory({ maxEntries: 100 }), ...listening], ttl: '1h' })
  open.add(cache)
  return { cache, contexts }
}

async function fill(cache: Cache): Promise<void> {
  await cache.setMany([
    { key: 'a', value: 1 },
    { key: 'b', value: 2 },
  ])
}

test('memory lets go of the key, and of no other', async () => {
  const tier = asyncTier()
  const { cache, contexts } = make(tier)
  await fill(cache)
  contexts[0]?.changed?.('a')
  expect([cache.peek('a'), cache.peek('b')]).toEqual([undefined, 2])
  const before = tier.trips
  expect(await cache.get('a')).toBe(1)
  expect(tier.trips).toBe(before + 1)
})

test('without a key memory lets go of everything', async () => {
  const { cache, contexts } = make(asyncTier())
  await fill(cache)
  contexts[0]?.changed?.()
  expect([cache.peek('a'), cache.peek('b')]).toEqual([undefined, undefined])
  expect(await cache.getMany(['a', 'b'])).toEqual([1, 2])
})

test('tiers above the one that tells let go too, those from it on keep what they have', async () => {
  const [middle, lowest] = [asyncTier(), asyncTier()]
  const { cache, contexts } = make(middle, lowest)
  await fill(cache)
  contexts[1]?.changed?.('a')
  await flush()
  const before = [middle.trips, lowest.trips] as const
  expect(await cache.get('a')).toBe(1)
  expect(lowest.trips).toBe(before[1] + 1)

  contexts[0]?.changed?.('b')
  await flush()
  const then = lowest.trips
  expect(await cache.get('b')).toBe(2)
  expect(lowest.trips).toBe(then)
})

test('a closed cache does not mind', async () => {
  const { cache, contexts } = make(asyncTier(), asyncTier())
  await fill(cache)
  await cache.close()
  expect(() => contexts[1]?.changed?.('a')).not.toThrow()
})
