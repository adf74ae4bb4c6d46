import { memory } from './core.ts'
import { describe, expect, test } from 'vitest'
import { make } from './make.ts'

describe('a cache that checks values', () => {
  const bad = { user: { greet: () => 'hi' } }
  const refused = { code: 'ERR_CODEC_VALUE', context: { path: 'value.user.greet', key: 'k' } }

  test('fails writes of what a store of bytes would refuse, before anything is written', async () => {
    const { cache } = make({ checkValues: true, tiers: [memory({ maxEntries: 10 })] })
    await expect(cache.set('k', bad)).rejects.toMatchObject(refused)
    const entries = [
      { key: 'fine', value: 1 },
      { key: 'k', value: bad },
    ]
    await expect(cache.setMany(entries)).rejects.toMatchObject(refused)
    expect(cache.stats()).toMatchObject({ sets: 0, invalidations: 0 })
    await cache.set('k', { at: new Date(0), tags: new Set(['a']) })
    expect(await cache.get('k')).toEqual({ at: new Date(0), tags: new Set(['a']) })
  })

  test('returns what a loader gave, reports it and does not store it', async () => {
    const { cache } = make({ checkValues: true, tiers: [memory({ maxEntries: 10 })] })
    const faults: unknown[] = []
    cache.on('fault', ({ error }) => faults.push(error))
    expect(await cache.getOrSet('k', () => bad)).toBe(bad)
    expect(await cache.getOrSetMany(['a', 'b'], () => [bad, 1])).toEqual([bad, 1])
    expect(faults).toMatchObject([refused, { context: { path: 'value.user.greet', key: 'a' } }])
    expect(String(faults[0])).toContain('Key `k`: `value.user.greet` cannot be stored')
    expect([cache.peek('k'), cache.peek('a'), cache.peek('b')]).toEqual([undefined, undefined, 1])
  })

  test('is made by an option that is off by default', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 10 })] })
    await cache.set('k', bad)
    expect(await cache.get('k')).toBe(bad)
    expect(() => make({ checkValues: 'yes' as never })).toThrow(/`checkValues` must be `true` or `false`/)
  })

  const strict = new Proxy(
    { a: 1 },
    {
      get: () => {
        throw new Error('no such member')
      },
    },
  )
  const revocable = Proxy.revocable({}, {})
  revocable.revoke()
  test.each([
    ['was revoked', revocable.proxy],
    ['throws for members that it does not have', strict],
  ])('refuses a proxy that %s, as it cannot be looked at', async (_, value) => {
    const { cache } = make({ checkValues: true, tiers: [memory({ maxEntries: 10 })] })
    await expect(cache.set('k', value)).rejects.toMatchObject({ code: 'ERR_CODEC_VALUE', context: { key: 'k' } })
    const entries = [
      { key: 'fine', value: 1 },
      { key: 'k', value },
    ]
    await expect(cache.setMany(entries)).rejects.toMatchObject({ code: 'ERR_CODEC_VALUE', context: { key: 'k' } })
  })

  test.each([
    ['was revoked', revocable.proxy],
    ['throws for members that it does not have', strict],
  ])('that checks nothing stores what is beside a proxy that %s', async (_, value) => {
    const { cache } = make({ tiers: [memory({ maxEntries: 10 })] })
    await cache.setMany([
      { key: 'a', value: 1 },
      { key: 'k', value },
      { key: 'b', value: 2 },
    ])
    expect(await cache.getMany(['a', 'b'])).toEqual([1, 2])
  })
})
