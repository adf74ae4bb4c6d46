/** Between a look-up and the grant of a lease another process may load, store and give its lease back. */
import type { Lease } from '@hotpath/contract'
import { type Deferred, asyncTier, createFakeClock, createSharedStore, deferred, flush } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

/** Two processes with one store, one log and one lease per key; the second one's requests for leases wait for the test. */
function processes() {
  const clock = createFakeClock()
  const log = createMemoryLog()
  const store = createSharedStore()
  const held = new Set<string>()
  const slow: Deferred<undefined> = deferred()
  const leaseOf = (delay: Promise<unknown>): Lease => ({
    async acquire(key, { isFenced }) {
      expect(isFenced).toBe(false)
      await delay
      if (held.has(key)) return undefined
      held.add(key)
      return { fencingToken: 1, renew: async () => true, release: async () => void held.delete(key) }
    },
    released: async () => {},
    close: async () => {},
  })
  const [one, other] = [Promise.resolve(), slow.promise].map((delay) => {
    const below = { ...asyncTier(store), openLease: () => leaseOf(delay) }
    return make({ clock, log: () => log, ttl: '1h', tiers: [memory({ maxEntries: 10 }), below] }).cache
  })
  if (one === undefined || other === undefined) throw new Error('two were made')
  return { one, other, clock, slow, held }
}

test('P7: a process that is granted a lease late finds what another one stored meanwhile', async () => {
  const { one, other, clock, slow, held } = processes()
  const late = other.getOrSet('k', () => 'loaded twice')
  await flush()
  expect(await one.getOrSet('k', () => 'loaded')).toBe('loaded')
  await flush()
  await clock.advanceAsync(10)
  slow.resolve(undefined)
  expect(await late).toBe('loaded')
  expect(other.peek('k')).toBe('loaded')
  await flush()
  expect(held.size).toBe(0)
})

test('P7: one that finds nothing loads under its lease, which it gives back', async () => {
  const { other, clock, slow, held } = processes()
  const load = deferred<string>()
  const read = other.getOrSet('k', () => load.promise)
  await flush()
  await clock.advanceAsync(10)
  slow.resolve(undefined)
  await flush()
  expect(held.size).toBe(1)
  load.resolve('loaded')
  expect(await read).toBe('loaded')
  await flush()
  expect(held.size).toBe(0)
})

test('P7: one that finds what it may not have looks once, and loads', async () => {
  const { one, other, clock, slow, held } = processes()
  await one.set('k', 'saved before')
  await one.invalidateTags(['t'])
  const late = other.getOrSet('k', () => 'loaded', { judgedBy: ['t'] })
  await flush()
  await clock.advanceAsync(10)
  slow.resolve(undefined)
  expect(await late).toBe('loaded')
  await flush()
  expect(held.size).toBe(0)
})
