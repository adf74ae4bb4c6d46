import { asyncTier, createSharedStore } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type Cache, type InvalidationScope, createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

const KEY = ['user', 1] as const

/** Each way to name the entry of `KEY`: removing it, and marking it as stale. */
const WAYS: readonly (readonly [
  name: string,
  hard: (cache: Cache) => Promise<unknown>,
  soft: (cache: Cache) => Promise<unknown>,
  scope: InvalidationScope,
])[] = [
  ['key', (cache) => cache.delete(KEY), (cache) => cache.expire(KEY), { key: KEY }],
  ['tag', (cache) => cache.invalidateTags(['t']), (cache) => cache.expireTags(['t']), { tags: ['t'] }],
  [
    'prefix',
    (cache) => cache.invalidatePrefix(['user']),
    (cache) => cache.expirePrefix(['user']),
    { prefix: ['user'] },
  ],
  ['pattern', (cache) => cache.invalidatePattern('us*'), (cache) => cache.expirePattern('us*'), { pattern: 'us*' }],
  ['all', (cache) => cache.clear(), (cache) => cache.expireAll(), 'all'],
]

async function filled(): Promise<Cache> {
  const { cache } = make({ staleWhileRevalidate: '1m' })
  await cache.set(KEY, 'Ann', { tags: ['t'] })
  return cache
}

async function seen(cache: Cache): Promise<unknown[]> {
  return [await cache.get(KEY), await cache.get(KEY, { stale: true })]
}

describe('what one call invalidates', () => {
  test.each(WAYS)('%s: gone, or stale', async (_name, hard, soft, scope) => {
    for (const remove of [hard, (cache: Cache) => cache.invalidate([scope])]) {
      const cache = await filled()
      await remove(cache)
      expect(await seen(cache)).toEqual([undefined, undefined])
    }
    for (const expire of [soft, (cache: Cache) => cache.invalidate([scope], { soft: true })]) {
      const cache = await filled()
      await expire(cache)
      expect(await seen(cache)).toEqual([undefined, 'Ann'])
    }
  })

  test('of a namespace, `expireAll` and `all` concern its keys alone', async () => {
    for (const expire of [
      (cache: Cache) => cache.namespace('n').expireAll(),
      (cache: Cache) => cache.namespace('n').invalidate(['all'], { soft: true }),
    ]) {
      const cache = await filled()
      await cache.namespace('n').set('k', 1)
      await expire(cache)
      expect([await cache.namespace('n').get('k'), await cache.get(KEY)]).toEqual([undefined, 'Ann'])
    }
  })

  test('several scopes go by one append, so no reader sees one without the others', async () => {
    const appended: number[] = []
    const { cache } = make({
      log: () => {
        const log = createMemoryLog()
        const append: typeof log.append = (invalidations) => {
          appended.push(invalidations.length)
          return log.append(invalidations)
        }
        return Object.assign(Object.create(log), { append })
      },
    })
    await cache.ready()
    await cache.invalidate([{ key: 'a' }, { tags: ['t', 'u', 't'] }, { prefix: ['p'] }, { pattern: 'x*' }])
    expect(appended).toEqual([5])
    await cache.invalidateTags(Array.from({ length: 1_000 }, (_, index) => `t${index}`))
    expect(appended).toEqual([5, 1_000])
    await cache.close()
  })

  test.each([
    { key: 'a', tags: ['t'] },
    { tags: [], prefix: ['p'] },
    { key: 'a', tag: 't' },
    { tag: 't' },
    { key: undefined },
    {},
  ])('an object that is not one scope is refused, as a part of it would be left out: %o', async (scope) => {
    const cache = await filled()
    const before = await seen(cache)
    await expect(cache.invalidate(scope as never)).rejects.toThrow(/Use for example `cache\.invalidate\(\[\{ key/)
    await expect(cache.invalidate([scope as never])).rejects.toThrow(/`a scope` must be one of `\{ key \}`/)
    expect(await seen(cache)).toEqual(before)
  })

  test('more tags than an entry may carry', async () => {
    const cache = await filled()
    await cache.invalidateTags([...Array.from({ length: 2_000 }, (_, index) => `t${index}`), 't'])
    expect(await seen(cache)).toEqual([undefined, undefined])
  })

  test('`deleteMany` frees the places of the keys in every tier', async () => {
    const store = createSharedStore()
    const { cache } = make({ tiers: [memory({ maxEntries: 10 }), asyncTier(store)], log: () => createMemoryLog() })
    await cache.setMany(['a', 'b', 'c'].map((key) => ({ key, value: 1 })))
    const token = await cache.deleteMany(['a', 'b', 'a'])
    expect(await cache.getMany(['a', 'b', 'c'], { after: token })).toEqual([undefined, undefined, 1])
    expect([...(store.names.get('test')?.keys() ?? [])]).toEqual(['c'])
    expect(await cache.deleteMany([])).toBe(cache.position())
  })

  test.each([
    ['no list', () => 'all'],
    ['an empty scope', () => [{}]],
    ['a misspelt one', () => [{ tag: 't' }]],
    ['none', () => [undefined]],
    ['a bad tag', () => [{ tags: [''] }]],
    ['a bad key', () => [{ key: [() => 1] }]],
  ])('%s is refused, and nothing is invalidated', async (_name, scopes) => {
    const cache = await filled()
    const all = [{ key: KEY }, ...[scopes()].flat()]
    await expect(cache.invalidate((scopes() === 'all' ? 'all' : all) as never)).rejects.toThrow()
    expect(await seen(cache)).toEqual(['Ann', 'Ann'])
  })
})
