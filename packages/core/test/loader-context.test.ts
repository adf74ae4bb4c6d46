import { asyncTier, deferredLoader, flush } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { type LoadContext, memory } from './core.ts'
import { make } from './make.ts'

test('the loader gets the key as the caller gave it', async () => {
  const { cache } = make()
  const key = ['city', { id: 42 }] as const
  await cache.namespace('n').getOrSet(key, (context) => {
    expect(context.key).toEqual(key)
    expect(context.previous).toBeUndefined()
    return 1
  })
  expect.assertions(2)
})

test('setTtl decides the life of the value, as one ttl or as several windows', async () => {
  const { cache, clock } = make({ ttl: '10s' })
  await cache.getOrSet('one', ({ setTtl }) => (setTtl('1s'), 1))
  await cache.getOrSet('many', ({ setTtl }) => (setTtl({ ttl: '2s', staleWhileRevalidate: '1s' }), 1))
  await cache.getOrSet('none', ({ setTtl }) => (setTtl(0), 1))
  expect(await cache.has('none')).toBe(false)
  clock.advance(1_000)
  expect(await cache.has('one')).toBe(false)
  clock.advance(1_000)
  expect((await cache.inspect('many')).state).toBe('stale')
})

test('a wrong ttl fails the load with a typed error', async () => {
  const { cache } = make()
  const read = cache.getOrSet('k', ({ setTtl }) => (setTtl('5 parsecs' as never), 1))
  await expect(read).rejects.toMatchObject({ code: 'ERR_CONFIG_DURATION' })
})

test('addTags adds to the tags of the call', async () => {
  const { cache } = make()
  const load = ({ addTags }: LoadContext): number => {
    addTags(['b'])
    addTags(['c', 'a'])
    return 1
  }
  await cache.getOrSet('k', load, { tags: ['a'] })
  expect((await cache.inspect('k')).tags).toEqual(['a', 'b', 'c'])
  await cache.invalidateTags(['c'])
  expect(cache.peek('k')).toBeUndefined()
})

test('skip answers without storing', async () => {
  const { cache } = make()
  expect(await cache.getOrSet('k', ({ skip }) => (skip(), 1))).toBe(1)
  expect(await cache.has('k')).toBe(false)
})

test('previous carries the stale value, and notModified stores it anew with its tags', async () => {
  const { cache, clock } = make({ ttl: '10s', staleWhileRevalidate: '10s' })
  const value = { version: 1 }
  await cache.getOrSet('k', ({ addTags }) => (addTags(['late']), value), { tags: ['t'] })
  clock.advance(12_000)
  const seen: unknown[] = []
  const refresh = ({ previous }: LoadContext<typeof value>): typeof value => {
    seen.push(previous?.value, previous?.ageMs, previous?.tags)
    return previous?.notModified() ?? { version: 2 }
  }
  expect(await cache.getOrSet('k', refresh)).toBe(value)
  await flush()
  expect(seen).toEqual([value, 12_000, ['t', 'late']])
  const { state, ageMs, tags } = await cache.inspect('k')
  expect({ state, ageMs, tags }).toEqual({ state: 'fresh', ageMs: 0, tags: ['t', 'late'] })
})

test('a read with refresh has what it replaces as previous', async () => {
  const { cache } = make()
  await cache.set('k', 1)
  const next = await cache.getOrSet<number>('k', ({ previous }) => (previous?.value ?? 0) + 1, { refresh: true })
  expect(next).toBe(2)
  expect(cache.peek('k')).toBe(2)
})

test('loaders may throw, reject, or answer without a promise', async () => {
  const { cache } = make({ backoff: false })
  const error = new Error('down')
  const thrower = (): never => {
    throw error
  }
  await expect(cache.getOrSet('k', thrower)).rejects.toBe(error)
  await expect(cache.getOrSet('k', () => Promise.reject(error))).rejects.toBe(error)
  expect(await cache.getOrSet('k', () => 1)).toBe(1)
})

test('a loader may read and write the cache that it loads for', async () => {
  const { cache } = make()
  const value = await cache.getOrSet('outer', async () => {
    await cache.set('side', 1)
    return cache.getOrSet<number>('inner', async () => (await cache.get<number>('side')) ?? 0)
  })
  expect(value).toBe(1)
  expect(await cache.getMany(['outer', 'inner', 'side'])).toEqual([1, 1, 1])
})

test('setTtl: the last word counts, and windows that are not named are inherited', async () => {
  const { cache } = make({ ttl: '10s', staleIfError: '5s' })
  const load = ({ setTtl }: LoadContext): number => {
    setTtl('1s')
    setTtl({ staleWhileRevalidate: '2s', staleIfError: undefined })
    return 1
  }
  await cache.getOrSet('k', load, { ttl: '4s' })
  expect(await cache.inspect('k')).toMatchObject({ ttlLeftMs: 4_000, lifeLeftMs: 11_000 })
  await cache.getOrSet('off', ({ setTtl }) => (setTtl({ staleIfError: false }), 1))
  expect(await cache.inspect('off')).toMatchObject({ ttlLeftMs: 10_000, lifeLeftMs: 10_000 })
})

test('addTags refuses bad tags within the loader, and a load that does not catch that fails', async () => {
  const { cache } = make({ backoff: false })
  await expect(cache.getOrSet('k', ({ addTags }) => (addTags(['']), 1))).rejects.toMatchObject({
    code: 'ERR_TAG_INVALID',
  })
  const careful = ({ addTags }: LoadContext): string => {
    try {
      addTags(['good', ''])
    } catch {
      return 'caught'
    }
    return 'let through'
  }
  expect(await cache.getOrSet('k', careful, { tags: ['own'] })).toBe('caught')
  expect((await cache.inspect('k')).tags).toEqual(['own'])
})

test('skip in a refresh leaves the old value where it is', async () => {
  const { cache } = make()
  await cache.set('k', 'old')
  expect(await cache.getOrSet('k', ({ skip }) => (skip(), 'passing'), { refresh: true })).toBe('passing')
  expect(await cache.get('k')).toBe('old')
})

test('the signal is one and the same, and aborted too for a loader that asks for it late', async () => {
  const { cache } = make()
  const controller = new AbortController()
  const loader = deferredLoader<number, LoadContext>()
  const read = cache.getOrSet('k', loader, { signal: controller.signal })
  const reason = new Error('left')
  controller.abort(reason)
  await expect(read).rejects.toBe(reason)
  const { argument } = loader.at(0)
  expect(argument.signal).toBe(argument.signal)
  expect(argument.signal.reason).toBe(reason)
})

test('there is no previous where nothing may be used any more', async () => {
  const { cache, clock } = make({ ttl: '1s', staleIfError: '1s', backoff: false })
  const seen: unknown[] = []
  const look = ({ previous }: LoadContext): number => (seen.push(previous?.value), 1)
  await cache.set('expired', 'e')
  await cache.expire('expired')
  await cache.getOrSet('expired', look)
  await cache.set('invalidated', 'i', { tags: ['t'] })
  await cache.set('dead', 'd')
  await cache.invalidateTags(['t'])
  await cache.getOrSet('invalidated', look)
  clock.advance(2_000)
  await cache.getOrSet('dead', look)
  expect(seen).toEqual(['e', undefined, undefined])
})

test('previous comes from a lower tier too, and notModified may give it a new life and more tags', async () => {
  const { cache, clock } = make({ tiers: [memory({ maxEntries: 1 }), asyncTier()], ttl: '1s', staleIfError: '1h' })
  await cache.set('k', { version: 1 }, { tags: ['old', 'both'] })
  await cache.set('pushes it out', 1)
  clock.advance(3_000)
  const refresh = ({ previous, setTtl, addTags }: LoadContext<{ version: number }>): { version: number } => {
    setTtl('7s')
    addTags(['both', 'new'])
    expect(previous?.ageMs).toBe(3_000)
    return previous?.notModified() ?? { version: 2 }
  }
  expect(await cache.getOrSet('k', refresh, { tags: ['call'] })).toEqual({ version: 1 })
  const { ttlLeftMs, tags } = await cache.inspect('k')
  expect(ttlLeftMs).toBe(7_000)
  expect(tags.toSorted()).toEqual(['both', 'call', 'new', 'old'])
})

test('P2: notModified does not bring back what was invalidated while the loader asked', async () => {
  const { cache, clock } = make({ ttl: '1s', staleIfError: '1h' })
  await cache.set('k', 'old', { tags: ['t'] })
  clock.advance(1_000)
  const read = cache.getOrSet('k', async ({ previous }: LoadContext<string>) => {
    await cache.invalidateTags(['t'])
    return previous?.notModified() ?? 'new'
  })
  expect(await read).toBe('old')
  expect(await cache.has('k')).toBe(false)
})
