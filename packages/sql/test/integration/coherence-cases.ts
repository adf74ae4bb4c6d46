/** What holds between processes over any of the databases. */
import type { InvalidationLog, LogRecord, Mark } from '@hotpath/contract'
import { type Cache, systemClock } from '@hotpath/core'
import { deferredLoader } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import type { SqlTier } from '../../src/index.ts'
import { openNodes } from './nodes.ts'
import { until } from './until.ts'

export function coherenceCases(tier: () => SqlTier): void {
  describe('P3: other processes hear of it', () => {
    const ways: Record<string, (cache: Cache) => Promise<unknown>> = {
      key: (cache) => cache.delete(['user', 1]),
      tag: (cache) => cache.invalidateTags(['t']),
      prefix: (cache) => cache.invalidatePrefix('user'),
      pattern: (cache) => cache.invalidatePattern('us?r:*'),
      all: (cache) => cache.clear(),
      set: (cache) => cache.set(['user', 1], 'new'),
    }
    for (const [way, invalidate] of Object.entries(ways)) {
      test(`by ${way}`, async () => {
        const [writer, reader] = (await openNodes(2, tier)) as [Cache, Cache]
        await writer.set(['user', 1], 'old', { tags: ['t'] })
        expect(await reader.getOrSet(['user', 1], () => 'loaded')).toBe('old')
        await invalidate(writer)
        await until('the old value is gone', () => reader.peek(['user', 1]) === undefined)
        expect(await reader.get(['user', 1])).toBe(way === 'set' ? 'new' : undefined)
      })
    }

    test('a load that began before an invalidation elsewhere is not stored for others', async () => {
      const [writer, loader] = (await openNodes(2, tier, { lease: false })) as [Cache, Cache]
      const load = deferredLoader<string>()
      const loading = loader.getOrSet('k', load, { tags: ['t'] })
      await until('the load has begun', () => load.calls.length === 1)
      const token = await writer.invalidateTags(['t'])
      load.at(0).resolve('old')
      expect(await loading).toBe('old')
      for (const cache of [writer, loader]) expect(await cache.get('k', { after: token })).toBeUndefined()
    })

    test('who comes later judges by what was invalidated before', async () => {
      const [writer] = (await openNodes(1, tier)) as [Cache]
      await writer.set('tagged', 1, { tags: ['t'] })
      await writer.set(['user', 1], 1)
      await writer.set('kept', 1)
      await writer.invalidateTags(['t'])
      await writer.invalidatePattern('user:*')
      const [later] = (await openNodes(1, tier, { name: writer.name })) as [Cache]
      expect(await later.getMany(['tagged', ['user', 1], 'kept'])).toEqual([undefined, undefined, 1])
      await writer.clear()
      const [last] = (await openNodes(1, tier, { name: writer.name })) as [Cache]
      expect(await last.get('kept')).toBeUndefined()
    })
  })

  test('P16: a read with the token of a write sees it, at once', async () => {
    const [writer, reader] = (await openNodes(2, tier)) as [Cache, Cache]
    for (let round = 0; round < 20; round++) {
      await reader.getOrSet('k', () => round)
      const written = await writer.set('k', `new ${round}`)
      expect(await reader.get('k', { after: written })).toBe(`new ${round}`)
    }
  })

  test('many write at once, and nobody keeps what was outdated', async () => {
    const caches = await openNodes(3, tier)
    const writes = caches.flatMap((cache, node) =>
      Array.from({ length: 30 }, async (_, round) => {
        await cache.set(['k', round % 5], `${node} ${round}`, { tags: ['t'] })
        if (round % 7 === 0) await cache.invalidateTags(['t'])
      }),
    )
    await Promise.all(writes)
    const token = await (caches[0] as Cache).invalidateTags(['t'])
    for (const cache of caches) {
      for (let k = 0; k < 5; k++) expect(await cache.get(['k', k], { after: token })).toBeUndefined()
    }
  })

  test('many processes append at once, and who follows sees every record, each linked to the one before', async () => {
    const name = `order${performance.now()}`
    const context = { name, clock: systemClock, elapsed: () => performance.now(), evicted: () => {}, fault: () => {} }
    const logs = Array.from({ length: 4 }, () => tier().openLog?.(context) as InvalidationLog)
    const [first] = logs as [InvalidationLog]
    const records: LogRecord[] = []
    const { from } = await first.follow({ record: (record) => void records.push(record), interrupted: () => {} })
    const appending = logs.map(async (log, node) => {
      const marks: Mark[] = []
      for (let round = 0; round < 25; round++) {
        const tags = ['a', 'b'].map((tag) => `${tag} ${node} ${round}`)
        marks.push(await log.append(tags.map((tag) => ({ scope: { type: 'tag', tag }, strength: 'hard' }))))
      }
      return marks
    })
    const marks = (await Promise.all(appending)).flat()
    await until('all have come', () => records.length >= 200)
    expect(records.map(({ previous }) => previous)).toEqual(
      [from.position, ...records.map(({ position }) => position)].slice(0, -1),
    )
    const tagAt = new Map(
      records.map(({ position, scope }) => [position, scope.type === 'tag' && scope.tag.slice(0, 1)]),
    )
    // What is acknowledged is the position of the last record of that append.
    expect(marks.map(({ position }) => tagAt.get(position))).toEqual(marks.map(() => 'b'))
    expect(await first.head()).toMatchObject({ position: records.at(-1)?.position })
    for (const log of logs) await log.close()
  })

  test('many write and remove the same keys in any order, and nobody waits for nobody', async () => {
    const caches = await openNodes(4, tier, { tierTimeout: '20s' })
    const faults: string[] = []
    for (const cache of caches) cache.on('fault', ({ error }) => faults.push(`${error.message} ${String(error.cause)}`))
    const work = caches.flatMap((cache, node) =>
      Array.from({ length: 20 }, async (_, round) => {
        const keys = Array.from({ length: 50 }, (__, n) => `k${(n * (node + 1) * 7) % 50}`)
        await cache.setMany(keys.map((key) => ({ key, value: round })))
        await Promise.all(keys.slice(0, 10).map((key) => cache.delete(key)))
        if (round % 5 === node) await cache.clear()
      }),
    )
    await Promise.all(work)
    expect(faults).toEqual([])
  }, 60_000)

  test('a follower that is behind by more than the log keeps reads the state anew', async () => {
    const [writer, reader] = (await openNodes(2, tier)) as [Cache, Cache]
    await writer.set('k', 'old', { tags: ['t'] })
    await reader.get('k')
    for (let round = 0; round < 12; round++) {
      await Promise.all(Array.from({ length: 1_000 }, (_, n) => writer.invalidateTags([`other ${round} ${n}`])))
    }
    const token = await writer.invalidateTags(['t'])
    expect(await reader.get('k', { after: token })).toBeUndefined()
    expect(await writer.getOrSet('k', () => 'new', { tags: ['t'] })).toBe('new')
    await until('it is read from below', async () => (await reader.get('k')) === 'new')
  }, 30_000)
}
