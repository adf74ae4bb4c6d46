/** What works with a client however it is configured. */
import type { Cache } from '@hotpath/core'
import { expect } from 'vitest'
import type { SqlTier } from '../../src/index.ts'
import { openNodes } from './nodes.ts'
import { until } from './until.ts'

/** Two processes read, write, load and invalidate; fails when anything of it goes wrong or is reported. */
export async function useInAllWays(tier: () => SqlTier): Promise<void> {
  const faults: string[] = []
  const [one, other] = (await openNodes(2, tier, { tierTimeout: '10s' })) as [Cache, Cache]
  for (const cache of [one, other]) cache.on('fault', ({ error }) => faults.push(error.message))
  const value = { bytes: Uint8Array.of(0, 255, 92), big: 2n ** 60n, text: '\\\'"\0 ü' }

  await one.set('k', value, { tags: ['t'] })
  const items = Array.from({ length: 5 }, (_, n) => ({ key: ['many\0', n], value: n }))
  await one.setMany(items)
  const written = await one.set('last', 1)
  expect(await other.get('k', { after: written })).toEqual(value)
  expect(await other.getMany(items.map(({ key }) => key))).toEqual([0, 1, 2, 3, 4])

  const ways: Record<string, () => Promise<unknown>> = {
    tag: () => one.invalidateTags(['t']),
    key: () => one.delete('k'),
    pattern: () => one.invalidatePattern('k*'),
    prefix: () => one.invalidatePrefix('k'),
    all: () => one.clear(),
  }
  for (const [way, invalidate] of Object.entries(ways)) {
    expect(await other.getOrSet('k', () => way, { tags: ['t'] })).toBeDefined()
    expect(other.peek('k')).toBeDefined()
    await invalidate()
    await until(`it is gone by ${way}`, () => other.peek('k') === undefined, 4_000)
    expect(await other.get('k')).toBeUndefined()
  }

  expect(await one.getOrSet('loaded', async () => 'by one')).toBe('by one')
  await until('the other finds it', async () => (await other.get('loaded')) === 'by one')
  await one.set('dead', 1, { ttl: 1 })
  await one.purgeExpired()
  // A process that comes later judges by patterns and cells.
  await one.set('judged', 1, { tags: ['t'] })
  await one.set('pattern', 1)
  await one.invalidateTags(['t'])
  await one.invalidatePattern('pat*')
  const [later] = (await openNodes(1, tier, { name: one.name })) as [Cache]
  expect(await later.getMany(['judged', 'pattern', 'loaded'])).toEqual([undefined, undefined, 'by one'])
  expect(faults).toEqual([])
}
