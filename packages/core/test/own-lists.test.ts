/** Callers fill one list anew for each call. What a call was given holds until it is over, however long it waits. */
import { asyncTier, createSharedStore } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type Cache, type LoadContext, memory } from './core.ts'
import { make } from './make.ts'

const TIERS: Record<string, () => Cache> = {
  'memory alone': () => make().cache,
  'a tier below memory': () => make({ tiers: [memory({ maxEntries: 100 }), asyncTier(createSharedStore())] }).cache,
  'a tier that answers later, alone': () => make({ tiers: [asyncTier(createSharedStore())] }).cache,
}

for (const [tiers, open] of Object.entries(TIERS)) {
  describe(`a list that is changed after the call, with ${tiers}`, () => {
    test('of a key: the loader loads the key that the value is stored under', async () => {
      const cache = open()
      const key: [string, number] = ['user', 1]
      const load = (context: LoadContext): string => `value of ${String(context.key)}`
      const first = cache.getOrSet(key, load)
      key[1] = 2
      const second = cache.getOrSet(key, load)
      key[1] = 3
      expect(await Promise.all([first, second])).toEqual(['value of user,1', 'value of user,2'])
      expect(await cache.getMany([['user', 1], ['user', 2], key])).toEqual([
        'value of user,1',
        'value of user,2',
        undefined,
      ])
    })

    test('of many keys: the same, whether the list or a key in it is changed', async () => {
      const cache = open()
      const inner: [string, number] = ['user', 2]
      const keys: (string | [string, number])[] = ['home', inner]
      const loaded = cache.getOrSetMany(keys, (missing) => missing.map((key) => `value of ${String(key)}`))
      inner[1] = 3
      keys[0] = 'other'
      keys.length = 1
      expect(await loaded).toEqual(['value of home', 'value of user,2'])
      expect(await cache.getMany(['home', ['user', 2], 'other'])).toEqual([
        'value of home',
        'value of user,2',
        undefined,
      ])
    })

    test('of tags of a function that is wrapped', async () => {
      const cache = open()
      const tags = ['prices']
      const price = cache.wrap((id: number) => Promise.resolve(id * 2), { name: 'price', tags })
      tags[0] = 'other'
      await price(4)
      await cache.invalidateTags(['prices'])
      expect(await cache.has(price.key(4))).toBe(false)
    })

    test('of tags that a read is judged by', async () => {
      const cache = open()
      await cache.set('k', 'old')
      await cache.invalidateTags(['tenant:7'])
      const tags = ['tenant:7']
      const reads = [
        cache.get('k', { judgedBy: tags }),
        cache.entry('k', { judgedBy: tags }),
        cache.has('k', { judgedBy: tags }),
        cache.getMany(['k'], { judgedBy: tags }),
      ]
      tags[0] = 'tenant:8'
      expect(await Promise.all(reads)).toEqual([undefined, undefined, false, [undefined]])
    })
  })
}
