import type { Lease } from '@hotpath/contract'
import { asyncTier, createFakeClock } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { memory } from '../src/index.ts'
import { make } from './make.ts'

test('P7, P10: a caller waits ten seconds for a lease that another process keeps alive, then loads itself', async () => {
  const clock = createFakeClock()
  let asked = 0
  // Whoever holds it renews it for ever, and never stores a value.
  const lease: Lease = {
    acquire: async () => void asked++,
    released: (_, { timeoutMs }) => new Promise((resolve) => void clock.after(Math.min(timeoutMs, 500), resolve)),
    close: async () => {},
  }
  const { cache } = make({ clock, tiers: [memory({ maxEntries: 10 }), { ...asyncTier(), openLease: () => lease }] })
  let loaded: unknown
  void cache.getOrSet('k', () => 'loaded').then((value) => (loaded = value))
  await clock.advanceAsync(9_900)
  expect(loaded).toBeUndefined()
  await clock.advanceAsync(200)
  expect(loaded).toBe('loaded')
  expect(asked).toBeLessThanOrEqual(21)
})
