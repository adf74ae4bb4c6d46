import type { Tier, TierStore } from '@hotpath/contract'
import { asyncTier, createFakeClock, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { make } from './make.ts'

/** An asynchronous tier whose purge is the test's; `begun` resolves when it is called. */
function purging(purge: TierStore['purge']): { readonly tier: Tier; readonly begun: Promise<void> } {
  const inner = asyncTier()
  const begun = deferred()
  const begin: TierStore['purge'] = (options) => {
    begun.resolve()
    return purge(options)
  }
  return { tier: { ...inner, open: (context) => ({ ...inner.open(context), purge: begin }) }, begun: begun.promise }
}

describe('a purge of a lower tier', () => {
  test('may take longer than the timeout of the tier, as long as it goes on', async () => {
    const clock = createFakeClock()
    const entry = { tags: [], createdAt: 0, freshMs: 1, staleMs: 0, errorMs: 0, epoch: '', asOf: 0, aheadMs: 0 }
    const wait = (): Promise<void> => new Promise((resolve) => void clock.after(20_000, resolve))
    const { tier, begun } = purging(async ({ isDead }) => {
      for (const key of ['a', 'b', 'c', 'd']) {
        await wait()
        isDead(key, entry)
      }
      return 4
    })
    const { cache } = make({ clock, tiers: [tier] })
    await flush()
    const purged = cache.purgeExpired()
    await begun
    await clock.advanceAsync(80_000)
    expect(await purged).toBe(4)
  })

  test('is given up when it looks at nothing any more, or the cache closes', async () => {
    const clock = createFakeClock()
    const { tier, begun } = purging(() => deferred<number>().promise)
    const { cache } = make({ clock, tiers: [tier] })
    const faults: string[] = []
    cache.on('fault', ({ error }) => faults.push(error.code))
    await flush()
    const stuck = cache.purgeExpired()
    await begun
    await clock.advanceAsync(60_000)
    expect([await stuck, faults]).toEqual([0, ['ERR_TIER_FAILED']])
    const cut = cache.purgeExpired()
    await cache.close()
    expect(await cut).toBe(0)
    expect(clock.pending).toBe(0)
  })
})
