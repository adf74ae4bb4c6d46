import { flush } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import type { LoadContext } from '../src/index.ts'
import { make } from './make.ts'

test('the loader gets the key as the caller gave it', async () => {
  const { cache } = make()
  const key = ['city', { id: 42 }] as const
  await cache.namespace('n').getOrSet(key, (context) => {
    expect(context.key).toBe(key)
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
