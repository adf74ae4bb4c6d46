/** What the doors of a cache do between processes. Adapters run it over their servers. */
import type { Clock } from '../packages/contract/src/index.ts'
import {
  type Cache,
  type CacheOptions,
  type InvalidateOptions,
  type LoadContext,
  type ReadReport,
  type Token,
  systemClock,
} from '../packages/core/src/index.ts'
import { lease } from '../packages/core/src/lease/lease.ts'
import { placeholder, setPlaceholders } from '../packages/core/src/placeholders/placeholders.ts'
import { retain } from '../packages/core/src/retain/retain.ts'
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

/** @param hasLeases - Whether the tier brings leases. */
export function nodeCases(open: OpenNodes, hasLeases: boolean): void {
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

    test('from a token of another process begin after it, however early they are asked for', async () => {
      const [one, other] = await two()
      for (let round = 0; round < 20; round++) {
        const from = await one.invalidateTags([`a ${round}`])
        const read = changes(other, { from })
        const next = take(read, 1)
        await one.invalidateTags([`b ${round}`])
        expect(await next).toEqual([`tag b ${round}`])
        await read.return()
      }
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

  describe.runIf(hasLeases)('a lease', () => {
    test('has one winner among all that ask at once, and fencing tokens grow', async () => {
      const [one, other] = await two()
      const tokens: number[] = []
      for (let round = 0; round < 5; round++) {
        const asked = [one, other, one, other].map((cache) => lease(cache, 'job', { ttl: '5s' }))
        const held = (await Promise.all(asked)).filter((grant) => grant !== undefined)
        expect(held).toHaveLength(1)
        tokens.push(held[0]?.fencingToken ?? 0)
        await held[0]?.release()
      }
      expect(tokens.toSorted((a, b) => a - b)).toEqual(tokens)
      expect(new Set(tokens).size).toBe(5)
    })

    test('goes to a process that waits, when it is released and when its holder closes', async () => {
      const [one, other] = await two()
      const held = await lease(one, 'job')
      const waiting = lease(other, 'job', { wait: '10s' })
      await held?.release()
      const next = await waiting
      expect(next?.fencingToken).toBeGreaterThan(held?.fencingToken ?? 0)
      const last = lease(one, 'job', { wait: '10s' })
      await other.close()
      expect((await last)?.fencingToken).toBeGreaterThan(next?.fencingToken ?? 0)
    })

    test('of a holder that is dead ends by itself', async () => {
      // A clock that never fires is a paused process: it renews nothing.
      const stuck: Clock = { ...systemClock, after: (ms, run) => (ms === 200 ? () => {} : systemClock.after(ms, run)) }
      const [dead] = (await open(1, { clock: stuck })) as [Cache]
      const [alive] = (await open(1, { name: dead.name })) as [Cache]
      const held = await lease(dead, 'job', { ttl: 600 })
      expect(await lease(alive, 'job')).toBeUndefined()
      const next = await lease(alive, 'job', { wait: '10s' })
      expect(next?.fencingToken).toBeGreaterThan(held?.fencingToken ?? 0)
      expect(held?.signal.aborted).toBe(true)
    })
  })

  describe('the grid of invalidations, elsewhere', () => {
    const ways: Record<string, (cache: Cache, options: InvalidateOptions) => Promise<Token>> = {
      key: (cache, options) => cache.invalidate([{ key: ['user', 1] }], options),
      tag: (cache, options) => cache.invalidate([{ tags: ['t'] }], options),
      prefix: (cache, options) => cache.invalidate([{ prefix: ['user'] }], options),
      pattern: (cache, options) => cache.invalidate([{ pattern: 'us?r:*' }], options),
      all: (cache, options) => cache.invalidate(['all'], options),
    }
    test.each(Object.entries(ways))('by %s, hard and soft', async (_way, invalidate) => {
      for (const soft of [true, false]) {
        const [writer, reader] = await two({ staleWhileRevalidate: '1h' })
        await writer.set(['user', 1], 'old', { tags: ['t'] })
        expect(await reader.getOrSet(['user', 1], () => 'loaded')).toBe('old')
        await invalidate(writer, { soft })
        await until('the record has come', () => reader.peek(['user', 1]) === undefined)
        expect(await reader.get(['user', 1], { stale: true })).toBe(soft ? 'old' : undefined)
      }
    })

    test.each(Object.entries(ways))('by %s, stale for a time and then gone', async (_way, invalidate) => {
      const [writer, reader] = await two({ staleWhileRevalidate: '1h' })
      await writer.set(['user', 1], 'old', { tags: ['t'] })
      expect(await reader.get(['user', 1])).toBe('old')
      const after = await invalidate(writer, { soft: true, for: '1h' })
      await until('the record has come', () => reader.peek(['user', 1]) === undefined)
      for (const cache of [writer, reader]) expect(await cache.get(['user', 1], { stale: true })).toBe('old')
      const [later] = (await open(1, { name: writer.name })) as [Cache]
      expect(await later.get(['user', 1], { stale: true })).toBeUndefined()
      await writer.set(['user', 1], 'new', { tags: ['t'] })
      await invalidate(writer, { soft: true, for: 50 })
      await until('its time is over', async () => {
        const read = [writer, reader].map((cache) => cache.get(['user', 1], { stale: true }))
        return (await Promise.all(read)).every((value) => value === undefined)
      })
      expect(await reader.getOrSet(['user', 1], () => 'loaded', { after })).toBe('loaded')
    })

    test('several at once are one step, and concern nothing else', async () => {
      const [writer, reader] = await two()
      const keys = [['order', 7], ['list', 'a'], ['report', 1], ['kept']]
      const entries = keys.map((key) => ({ key, value: 'old', tags: [String(key[0])] }))
      await writer.setMany(entries)
      expect(await reader.getMany(keys)).toEqual(['old', 'old', 'old', 'old'])
      const after = await writer.invalidate([{ key: ['order', 7] }, { tags: ['list'] }, { prefix: ['report'] }])
      expect(await reader.getMany(keys, { after })).toEqual([undefined, undefined, undefined, 'old'])
    })

    test('`deleteMany`', async () => {
      const [writer, reader] = await two()
      await writer.setMany(['a', 'b', 'c'].map((key) => ({ key, value: 1 })))
      const after = await writer.deleteMany(['a', 'c'])
      expect(await reader.getMany(['a', 'b', 'c'], { after })).toEqual([undefined, 1, undefined])
    })
  })

  describe('positions', () => {
    test('`isCurrent` of a token from another process', async () => {
      const [one, other] = await two()
      const token = await one.set('k', 1)
      await until('the record has come', () => other.isCurrent(token, { key: 'k', tags: ['t'] }))
      await one.invalidateTags(['t'])
      await until('the record has come', () => !other.isCurrent(token, { key: 'k', tags: ['t'] }))
      expect(other.isCurrent(token, { key: 'k' })).toBe(true)
    })

    test('`setAsOf`: what was read before an invalidation elsewhere is not kept for anybody', async () => {
      const [one, other] = await two()
      const early = other.position() as Token
      const load = ({ setAsOf }: LoadContext<string>): string => {
        setAsOf(early)
        return 'from a replica'
      }
      expect(await other.getOrSet('k', load, { tags: ['t'] })).toBe('from a replica')
      await until('it is stored', () => one.has('k'))
      const after = await one.invalidateTags(['t'])
      expect(await other.getOrSet('k', load, { tags: ['t'], after })).toBe('from a replica')
      for (const cache of [one, other]) expect(await cache.get('k', { after })).toBeUndefined()
    })

    test('`judgedBy`: what a tag elsewhere invalidates is a miss for this read alone', async () => {
      const [one, other] = await two()
      await one.set('k', 'old')
      const after = await one.invalidateTags(['tenant:7'])
      const by = { judgedBy: ['tenant:7'], after }
      expect([await other.get('k', by), await other.get('k', { after })]).toEqual([undefined, 'old'])
      expect(await other.getOrSet('k', () => 'new', by)).toBe('new')
      expect(await other.get('k', by)).toBe('new')
    })
  })

  describe('what is said of a read', () => {
    test('`entry` describes what another process has stored', async () => {
      const [one, other] = await two({ staleWhileRevalidate: '1h' })
      const asOf = await one.set('k', { n: 1 }, { tags: ['t'], ttl: '1m' })
      const shared = other.stats().tiers[1]?.type
      const entry = await other.entry<{ n: number }>('k')
      expect(entry).toMatchObject({ value: { n: 1 }, state: 'fresh', tags: ['t'], tier: shared, asOf })
      expect(entry?.ttlLeftMs).toBeGreaterThan(30_000)
      expect((await other.entry('k'))?.tier).toBe('memory')
      const after = await one.expire('k')
      await until('the record has come', async () => (await other.entry('k', { stale: true }))?.state === 'stale')
      expect(await other.entry('k', { stale: true, after })).toBeUndefined()
    })

    test('`onRead` says where the value came from', async () => {
      const [one, other] = await two()
      const reports: string[] = []
      const onRead = ({ from, tier, tags }: ReadReport): void => void reports.push(`${tier ?? from} ${tags.join()}`)
      await one.getOrSet('k', () => 1, { tags: ['t'], onRead })
      await until('it is stored', () => other.has('k'))
      await other.getOrSet('l', () => 2, { onRead })
      await until('it is stored', () => one.has('l'))
      const [third] = (await open(1, { name: one.name })) as [Cache]
      await third.getOrSetMany(['k', 'm'], (keys) => keys.map(() => 3), { onRead })
      const shared = other.stats().tiers[1]?.type
      expect(reports.toSorted()).toEqual(['load ', 'load ', 'load t', `${shared} t`].toSorted())
    })
  })

  describe('what is kept for a screen', () => {
    test('placeholders go when another process invalidates them', async () => {
      const [one, other] = await two()
      setPlaceholders(other, [
        { key: ['user', 1], value: 'Ann' },
        { key: ['user', 2], value: 'Bob', tags: ['t'] },
        { key: ['user', 3], value: 'Cem' },
      ])
      const shown = (): unknown[] => [1, 2, 3].map((id) => placeholder(other, ['user', id])?.value)
      expect(shown()).toEqual(['Ann', 'Bob', 'Cem'])
      await one.delete(['user', 1])
      await one.invalidateTags(['t'])
      await until('the records have come', () => shown().join() === ',,Cem')
      await one.clear()
      await until('the record has come', () => shown().join() === ',,')
    })

    test('what is retained, or stored ahead of use, is invalidated by another process as anything else', async () => {
      const [one, other] = await two({ staleWhileRevalidate: '1h' })
      await other.set('k', 'old', { tags: ['t'], speculative: true })
      const release = retain(other, 'k')
      const after = await one.expireTags(['t'], { for: '1h' })
      await until('the record has come', () => other.peek('k') === undefined)
      expect(other.peek('k', { stale: true })).toBe('old')
      expect(await other.get('k', { after })).toBeUndefined()
      await one.delete('k')
      await until('the record has come', () => other.peek('k', { stale: true }) === undefined)
      release()
    })
  })

  test('the event `tier` says how long the server took, and of what', async () => {
    const [one, other] = await two()
    const heard: string[] = []
    const isTimed: boolean[] = []
    other.on('tier', ({ operation, count, durationMs, outcome }) => {
      heard.push(`${operation} ${count} ${outcome}`)
      isTimed.push(durationMs > 0)
    })
    await one.setMany(['a', 'b'].map((key) => ({ key, value: 1 })))
    expect(await other.getMany(['a', 'b', 'c'])).toEqual([1, 1, undefined])
    await other.set('c', 1)
    await other.delete('c')
    expect(heard).toEqual(['get 3 success', 'set 1 success', 'delete 1 success'])
    expect(isTimed).toEqual([true, true, true])
  })

  describe('`write`', () => {
    test('what it saved is there for all processes', async () => {
      const [one, other] = await two()
      const after = await other.set('k', 'old')
      expect(await one.get('k', { after })).toBe('old')
      const { token, value } = await one.write('k', 'new', async (saved) => `${saved} row`)
      expect(value).toBe('new row')
      expect(await other.get('k', { after: token })).toBe('new row')
    })

    test('of two processes at once leaves nothing older than the source has', async () => {
      const [one, other] = await two()
      let row = 0
      const save = async (): Promise<number> => ++row
      for (let round = 0; round < 10; round++) {
        const writes = await Promise.all([one, other].map((cache) => cache.write('k', 0, save)))
        for (const cache of [one, other]) {
          // Which of the two records is the later one shows once both are known.
          for (const { token } of writes) await cache.get('k', { after: token })
          expect([undefined, row]).toContain(await cache.get('k'))
        }
      }
    })

    test('whose save failed invalidates everywhere, save when nothing was applied', async () => {
      const [one, other] = await two()
      const failing = (): Promise<never> => Promise.reject(new Error('constraint'))
      await one.set('k', 'old')
      expect(await other.get('k')).toBe('old')
      await expect(one.write('k', 'new', failing, { rejected: () => true })).rejects.toThrow('constraint')
      expect(await other.get('k', { after: one.position() })).toBe('old')
      await expect(one.write('k', 'new', failing)).rejects.toThrow('constraint')
      expect(await other.get('k', { after: one.position() })).toBeUndefined()
    })
  })

  test.runIf(!hasLeases)('there is no lease', async () => {
    const [cache] = (await open(1)) as [Cache]
    expect(await lease(cache, 'job')).toBeUndefined()
  })
}
