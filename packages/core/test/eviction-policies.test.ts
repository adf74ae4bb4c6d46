import type { EvictionPolicyMaker, Random } from '@hotpath/contract'
import { policyCases } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { createCache, memory } from '../src/index.ts'
import { lru } from '../src/memory/lru.ts'
import { tinyLfu } from '../src/memory/tiny-lfu.ts'

const policies: Record<string, EvictionPolicyMaker> = {
  'lru()': lru(),
  'tinyLfu()': tinyLfu(),
  'tinyLfu({ seed })': tinyLfu({ seed: 42 }),
}

describe.each(Object.entries(policies))('%s', (_, policy) => {
  for (const { name, run } of policyCases({ policy })) test(name, run, 60_000)
})

test('the policy is given the cache’s own randomness', async () => {
  const random = (): number => 0.25
  const given: Random[] = []
  const policy: EvictionPolicyMaker = (bounds) => {
    given.push(bounds.random)
    return tinyLfu()(bounds)
  }
  const cache = createCache({ name: 'geo', random, tiers: [memory({ maxEntries: 10, policy })] })
  await cache.close()
  expect(given).toEqual([random])
})
