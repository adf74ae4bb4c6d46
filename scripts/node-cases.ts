/** What the doors of a cache do between processes. Adapters run it over their servers. */
import { type Cache, type CacheOptions, type Token, systemClock } from '../packages/core/src/index.ts'
import { type Change, changes } from '../packages/core/src/changes/changes.ts'
import { describe, expect, test } from 'vitest'

/** Opens caches of one name, as several processes have them, and waits until each has a view of the log. */
export type OpenNodes = (count: number, options?: Partial<CacheOptions>) => Promise<Cache[]>

/** Asks again until it holds. */
async function until(what: string, holds: () => unknown): Promise<void> {
  const end = systemClock.monotonic() + 10_000
  while (!(await holds())) {
    if (systemClock.monotonic() > end) throw new Error(`Waited in vain: ${what}.`)
    await new Promise((resolve) => void setTimeout(resolve, 5))
  }
}

function nameOf(change: Change | undefined): string {
  if (change?.type !== 'invalidated') return change?.type ?? 'end'
  const [, id = ''] = Object.values(change.scope)
  return [change.scope.type, id, change.strength === 'soft' ? 'soft' : '', change.own ? 'own' : '']
    .filter(Boolean)
    .join(' ')
}

async function take(read: AsyncIterator<Change>, count: number): Promise<string[]> {
  const names: string[] = []
  for (let index = 0; index < count; index++) names.push(nameOf((await read.next()).value))
  return names
}

export function nodeCases(open: OpenNodes): void {
  const two = async (options?: Partial<CacheOptions>): Promise<[Cache, Cache]> =>
    (await open(2, options)) as [Cache, Cache]

  describe('the event `invalidated`', () => {
    test('has the records of all processes, in one order, and says which are own', async () => {
      const [one, other] = await two()
      const heard = [one, other].map((cache) => {
        const names: string[] = []
        cache.on('invalidated', (event) => names.push(nameOf(event)))
        return names
      })
      await one.invalidate([{ tags: ['a', 'b'] }, { prefix: ['p'] }])
      await other.expire('k')
      await one.clear()
      await until('all records have come', () => heard.every((names) => names.length === 5))
      expect(heard[0]).toEqual(['tag a own', 'tag b own', 'prefix p own', 'key k soft', 'all own'])
      expect(heard[1]).toEqual(['tag a', 'tag b', 'prefix p', 'key k soft own', 'all'])
    })

    test('knows own records when all append at once', async () => {
      const [one, other] = await two()
      const own = [one, other].map((cache) => {
        const counts = { own: 0, all: 0 }
        cache.on('invalidated', (event) => {
          counts.all++
          if (event.own) counts.own++
        })
        return counts
      })
      const writes = Array.from({ length: 50 }, (_, index) =>
        Promise.all([one.invalidateTags([`one ${index}`]), other.deleteMany([`a ${index}`, `b ${index}`])]),
      )
      await Promise.all(writes)
      await until('all records have come', () => own.every(({ all }) => all === 150))
      expect(own.map((counts) => counts.own)).toEqual([50, 100])
    })

    test('everything invalidated elsewhere frees memory', async () => {
      const [one, other] = await two()
      await other.setMany(Array.from({ length: 50 }, (_, key) => ({ key: `${key}`, value: key })))
      await one.clear()
      await until('memory is free', () => other.stats().tiers[0]?.usage?.entries === 0)
    })
  })

  describe('changes', () => {
    test('are those of all processes, from the call on', async () => {
      const [one, other] = await two()
      const read = changes(other)
      await one.invalidateTags(['a'])
      await other.expireTags(['b'])
      expect(await take(read, 2)).toEqual(['tag a', 'tag b soft own'])
    })

    test('go on from a token in a process that has just begun', async () => {
      const [one] = (await open(1)) as [Cache]
      const from = await one.invalidateTags(['a'])
      for (const tag of ['b', 'c']) await one.invalidateTags([tag])
      await one.deleteMany(['k', 'l'])
      const [later] = (await open(1, { name: one.name })) as [Cache]
      const read = changes(later, { from })
      expect(await take(read, 4)).toEqual(['tag b', 'tag c', 'key k', 'key l'])
      const next = take(read, 1)
      await one.invalidateTags(['d'])
      expect(await next).toEqual(['tag d'])
    })

    test('from a token of another log are a gap', async () => {
      const [cache] = (await open(1)) as [Cache]
      const read = changes(cache, { from: 'another.1' as Token })
      const { value } = await read.next()
      expect(value?.type).toBe('gap')
      await cache.invalidateTags(['a'])
      expect(await take(read, 1)).toEqual(['tag a own'])
    })

    test('end with the cache while one is waited for', async () => {
      const [cache] = (await open(1)) as [Cache]
      const next = changes(cache).next()
      await cache.close()
      expect((await next).done).toBe(true)
    })
  })
}
