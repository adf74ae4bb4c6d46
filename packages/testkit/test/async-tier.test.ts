import { describe, expect, test } from 'vitest'
import { asyncTier, createFakeClock, createSharedStore, tierCases } from '../src/index.ts'
import { contextOf, entryOf } from './bench.ts'

describe('asyncTier keeps the contract of tiers: it', () => {
  for (const { name, run } of tierCases({ open: () => asyncTier() })) test(name, run)
})

test('every call that has something to ask is one round trip', async () => {
  const tier = asyncTier()
  const store = tier.open(contextOf(createFakeClock()))
  await store.setMany(['a', 'b', 'c'].map((key) => [key, entryOf()] as const))
  await store.getMany(['a', 'b', 'c', 'd'])
  expect(tier.trips).toBe(2)
  await store.getMany([])
  await store.setMany([])
  await store.delete([])
  expect(tier.trips).toBe(2)
  await store.get('a')
  expect(tier.trips).toBe(3)
})

test('two tiers over one store see the same entries, and count their own trips', async () => {
  const server = createSharedStore()
  const [one, other] = [asyncTier(server), asyncTier(server)]
  const clock = createFakeClock()
  await one.open(contextOf(clock)).set('a', entryOf({ value: { shared: true } }))
  expect((await other.open(contextOf(clock)).get('a'))?.value).toEqual({ shared: true })
  expect([one.trips, other.trips]).toEqual([1, 1])
})

test('ages cross from one timeline to another, over the clock of the store', async () => {
  const serverClock = createFakeClock({ now: 0 })
  const [oneClock, otherClock] = [createFakeClock(), createFakeClock()]
  const server = createSharedStore({ clock: serverClock })
  const one = asyncTier(server).open(contextOf(oneClock, 'cache', 500_000))
  const other = asyncTier(server).open(contextOf(otherClock, 'cache', 70))
  await one.set('a', entryOf({ createdAt: 499_000 }))
  serverClock.advance(250)
  expect((await other.get('a'))?.createdAt).toBe(70 - 1_250)
  otherClock.advance(10)
  expect((await other.getMany(['a']))[0]?.createdAt).toBe(80 - 1_250)
})

test('the entries written longest ago make room, and are reported', async () => {
  const context = contextOf(createFakeClock())
  const store = asyncTier(createSharedStore({ maxEntries: 2 })).open(context)
  await store.setMany(['a', 'b'].map((key) => [key, entryOf()] as const))
  await store.set('a', entryOf())
  await store.set('c', entryOf())
  expect((await store.getMany(['a', 'b', 'c'])).map((entry) => entry !== undefined)).toEqual([true, false, true])
  expect(context.evictions).toEqual([['b', 'max-entries']])
})

test('what cannot be copied is refused, and what was stored stays', async () => {
  const store = asyncTier().open(contextOf(createFakeClock()))
  await store.set('a', entryOf({ value: 'stored' }))
  await expect(store.set('a', entryOf({ value: () => {} }))).rejects.toThrow('could not be cloned')
  expect((await store.get('a'))?.value).toBe('stored')
})

test('cycles and shared references come out as they went in', async () => {
  const store = asyncTier().open(contextOf(createFakeClock()))
  const value: Record<string, unknown> = { list: [1], url: new URL('https://example.test/') }
  Object.assign(value, { self: value, same: value.list })
  await store.set('a', entryOf({ value }))
  const copy = (await store.get('a'))?.value as typeof value
  expect(copy).not.toBe(value)
  expect(copy.self).toBe(copy)
  expect(copy.same).toBe(copy.list)
})

test('a store without a bound is refused', () => {
  for (const maxEntries of [0, -1, 1.5, Number.POSITIVE_INFINITY, Number.NaN]) {
    expect(() => createSharedStore({ maxEntries })).toThrow('`maxEntries` must be a whole number from 1')
  }
})
