import { expect, test } from 'vitest'
import { clusterSlot } from '../src/cluster-slot.ts'

/** As `CLUSTER KEYSLOT` of Redis 7 says. */
const SLOTS: Readonly<Record<string, number>> = {
  '123456789': 12_739,
  'foo{}{bar}': 8_363,
  '{}x}': 10_489,
  'é{}a}': 9_178,
}

for (const [key, slot] of Object.entries(SLOTS)) {
  test(`the slot of ${key} is the one that servers compute`, () => expect(clusterSlot(key)).toBe(slot))
}
