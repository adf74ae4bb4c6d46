import { expect, test } from 'vitest'
import { presets } from '../src/presets.ts'
import type { CacheEvent } from './core.ts'
import { make } from './make.ts'

const LARGE = 'x'.repeat(2_000)

test('a value over `maxEntryBytes` of its freshness is returned, not stored, and reported', async () => {
  const { cache } = make({ maxEntryBytes: '1kb' })
  const events: CacheEvent[] = []
  cache.on('evict', (event) => events.push(event))
  await cache.set('k', 'small')
  await cache.set('k', LARGE)
  expect(await cache.get('k')).toBeUndefined()
  expect(await cache.getOrSet('k', () => LARGE)).toBe(LARGE)
  expect(await cache.getOrSetMany(['k'], () => [LARGE])).toEqual([LARGE])
  expect(await cache.get('k')).toBeUndefined()
  const event = { type: 'evict', key: 'k', tier: 'memory', reason: 'max-entry-bytes' }
  expect(events).toEqual([event, event, event])
})

test('namespaces and calls have bounds of their own, and `false` takes one away', async () => {
  const { cache } = make({ maxEntryBytes: 1_000 })
  const wide = cache.namespace('wide', { maxEntryBytes: '1mb' })
  await wide.set('k', LARGE)
  await cache.set('k', LARGE, { maxEntryBytes: false })
  expect([await wide.get('k'), await cache.get('k')]).toEqual([LARGE, LARGE])
  await cache.getOrSet('other', () => 'small', { maxEntryBytes: 1 })
  expect(await cache.has('other')).toBe(false)
})

test('what cannot be measured is left to the tiers, and what is no size is refused', async () => {
  const { cache } = make({ maxEntryBytes: 1_000 })
  const value = Object.defineProperty({}, 'bad', {
    enumerable: true,
    get: () => {
      throw new Error('no')
    },
  })
  expect(await cache.getOrSet('k', () => value)).toBe(value)
  expect(() => make({ maxEntryBytes: '1 megabyte' as never })).toThrow('maxEntryBytes')
})

test('presets are freshness that every cache takes', () => {
  for (const options of Object.values(presets)) expect(() => make(options)).not.toThrow()
})
