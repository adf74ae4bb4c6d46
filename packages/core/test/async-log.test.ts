import type { InvalidationLog, LogFollower } from '@hotpath/contract'
import {
  chaosLog,
  createFakeClock,
  createRandom,
  createSharedLog,
  deferred,
  deferredLoader,
  flush,
} from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type Cache, createMemoryLog } from './core.ts'
import { make } from './make.ts'

/** A log whose answers wait for the test, over a real one. */
function heldLog(inner: InvalidationLog = createMemoryLog()) {
  const held = {
    follow: deferred(),
    snapshot: deferred(),
    append: deferred(),
    records: [] as (() => void)[],
  }
  let stopped = 0
  const log: InvalidationLog = {
    append: async (invalidations) => {
      const mark = await inner.append(invalidations)
      await held.append.promise
      return mark
    },
    follow: async (follower: LogFollower) => {
      await held.follow.promise
      const { from, stop } = await inner.follow({
        record: (record) => void held.records.push(() => follower.record(record)),
        interrupted: (cause) => follower.interrupted(cause),
      })
      return { from, stop: () => (stopped++, stop()) }
    },
    snapshot: async () => {
      await held.snapshot.promise
      return inner.snapshot()
    },
    head: async () => inner.head(),
    close: () => inner.close(),
  }
  const open = async (): Promise<void> => {
    held.follow.resolve()
    held.snapshot.resolve()
    held.append.resolve()
    await flush()
  }
  const deliver = (): void => {
    for (const record of held.records.splice(0)) record()
  }
  return { log, held, open, deliver, stopped: () => stopped }
}

describe('a log that takes its time', () => {
  test('P1: an invalidation holds from the call on, before the log has answered', async () => {
    const { log, held, open } = heldLog()
    const { cache } = make({ log: () => log })
    held.follow.resolve()
    held.snapshot.resolve()
    await flush()
    await cache.getOrSet('k', () => 'old', { tags: ['t'] })
    const invalidated = cache.invalidateTags(['t'])
    expect(cache.peek('k')).toBeUndefined()
    await open()
    await invalidated
    expect(await cache.getOrSet('k', () => 'new', { tags: ['t'] })).toBe('new')
  })

  test('P1: what is acknowledged before the view stands is not lost to it', async () => {
    const inner = createMemoryLog()
    const { log, held } = heldLog(inner)
    const { cache } = make({ log: () => log })
    held.append.resolve()
    held.follow.resolve()
    await flush()
    await cache.invalidateTags(['t'])
    held.snapshot.resolve()
    await flush()
    // The record itself is still on its way, and the snapshot may be older than it.
    const asOf = { epoch: (await inner.head()).epoch, position: 0 }
    await cache.set('k', 'old', { tags: ['t'], asOf: `${asOf.epoch}.${asOf.position}` as never })
    expect(cache.peek('k')).toBeUndefined()
  })

  test('a value that was set is still there when its own record comes down the stream', async () => {
    const { log, open, deliver } = heldLog()
    const { cache } = make({ log: () => log })
    await open()
    await cache.set('k', 1)
    deliver()
    expect(cache.peek('k')).toBe(1)
  })

  test('P16: a read whose token cannot be reached in time skips the tiers and joins no load', async () => {
    const shared = createMemoryLog()
    const late = heldLog(shared)
    const { cache, clock } = make({ log: () => late.log })
    await late.open()
    await cache.getOrSet('k', () => 'old')
    // Another node's write, of which this one has not heard.
    const mark = await shared.append([{ scope: { type: 'key', key: 'k' }, strength: 'hard' }])
    const after = `${mark.epoch}.${mark.position}` as never
    const loader = deferredLoader<string>()
    const refresh = cache.getOrSet('k', loader, { refresh: true })
    const read = cache.getOrSet('k', loader, { after })
    const found = cache.get('k', { after })
    await clock.advanceAsync(1_000)
    expect(loader.calls).toHaveLength(2)
    expect(await found).toBeUndefined()
    loader.at(1).resolve('new')
    expect(await read).toBe('new')
    loader.at(0).resolve('old')
    expect(await refresh).toBe('old')
    late.deliver()
    expect(cache.peek('k')).toBeUndefined()
  })

  test('P16: a read waits for the record that its token names', async () => {
    const shared = createMemoryLog()
    const late = heldLog(shared)
    const { cache } = make({ log: () => late.log })
    await late.open()
    await cache.getOrSet('k', () => 'old')
    const mark = await shared.append([{ scope: { type: 'key', key: 'k' }, strength: 'hard' }])
    const read = cache.get('k', { after: `${mark.epoch}.${mark.position}` as never })
    await flush()
    late.deliver()
    expect(await read).toBeUndefined()
  })

  test('P17: a follow that is answered after close is ended', async () => {
    const { log, open, stopped } = heldLog()
    const { cache, clock } = make({ log: () => log })
    await cache.close()
    await open()
    expect(stopped()).toBe(1)
    expect(clock.pending).toBe(0)
  })
})

describe('a log that fails', () => {
  function chaotic() {
    const clock = createFakeClock()
    const inner = createMemoryLog()
    const log = chaosLog(inner, { random: createRandom(1), clock })
    const { cache } = make({ log: () => log, clock })
    const faults: string[] = []
    cache.on('fault', ({ error }) => faults.push(error.code))
    return { cache, clock, inner, log, faults }
  }

  test('a write that the log did not answer rejects, holds here, and is appended until the log has it', async () => {
    const { cache, clock, inner, log } = chaotic()
    await flush()
    await cache.getOrSet('k', () => 'old', { tags: ['t'] })
    log.down()
    await expect(cache.invalidateTags(['t'])).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
    await expect(cache.set('other', 1)).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
    expect(cache.peek('k')).toBeUndefined()
    await clock.advanceAsync(3_000)
    expect((await inner.head()).position).toBe(0)
    log.up()
    await clock.advanceAsync(2_000)
    // Both, by one append, and the value of the set that failed is not stored.
    expect((await inner.head()).position).toBe(2)
    expect(await cache.get('other')).toBeUndefined()
    expect(await cache.getOrSet('k', () => 'new', { tags: ['t'] })).toBe('new')
  })

  test('a write of unknown outcome gives way to a later one of the same key, which is stored and stays', async () => {
    const { cache, clock, inner, log } = chaotic()
    await flush()
    log.down()
    await expect(cache.set('k', 1)).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
    await expect(cache.delete('other')).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
    log.up()
    await cache.set('k', 2)
    expect(await cache.get('k')).toBe(2)
    await clock.advanceAsync(2_000)
    expect(await cache.get('k')).toBe(2)
    // The write of `k` once, and `other`.
    expect((await inner.head()).position).toBe(2)
  })

  test.each([
    ['tag', (cache: Cache) => cache.invalidateTags(['t'])],
    ['prefix', (cache: Cache) => cache.namespace('n').clear()],
    ['all', (cache: Cache) => cache.clear()],
  ])(
    'a value that a wider one of unknown outcome matches (%s) is not stored, which is an event',
    async (_, invalidate) => {
      const { cache, clock, log, faults } = chaotic()
      await flush()
      log.down()
      await expect(invalidate(cache)).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
      log.up()
      faults.length = 0
      await cache.set(['n', 1], 'set', { tags: ['t'] })
      expect(await cache.getOrSet(['n', 2], () => 'loaded', { tags: ['t'] })).toBe('loaded')
      expect([cache.peek(['n', 1]), cache.peek(['n', 2])]).toEqual([undefined, undefined])
      expect(faults).toContain('ERR_LOG_UNCONFIRMED')
      await clock.advanceAsync(2_000)
      faults.length = 0
      await cache.set(['n', 1], 'set', { tags: ['t'] })
      expect([cache.peek(['n', 1]), faults]).toEqual(['set', []])
    },
  )

  test('a value that is invalidated while it is loaded is no event', async () => {
    const { cache, faults } = chaotic()
    await flush()
    const loader = deferredLoader<string>()
    const read = cache.getOrSet('k', loader)
    await flush()
    const invalidated = cache.invalidateTags(['t'])
    const cleared = cache.clear()
    loader.at(0).resolve('old')
    await Promise.all([invalidated, cleared])
    await read
    expect([cache.peek('k'), faults]).toEqual([undefined, []])
  })

  test('P8: a soft invalidation does not take the place of a hard one of unknown outcome', async () => {
    const { cache, clock, inner, log } = chaotic()
    await flush()
    await cache.getOrSet('k', () => 'old', { staleWhileRevalidate: '1h' })
    log.down()
    await expect(cache.delete('k')).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
    log.up()
    await cache.expire('k')
    await clock.advanceAsync(2_000)
    expect((await inner.head()).position).toBe(2)
    expect(await cache.get('k', { stale: true })).toBeUndefined()
  })

  test('a write that may be queued resolves all the same, holds here, and is appended until the log has it', async () => {
    const { cache, clock, inner, log } = chaotic()
    await flush()
    await cache.getOrSet('k', () => 'old', { tags: ['t'] })
    log.down()
    const token = await cache.invalidateTags(['t'], { queue: true })
    await cache.set('other', 1, { queue: true })
    await cache.setMany([{ key: 'many', value: 1 }], { queue: true })
    for (const key of ['k', 'other', 'many']) expect(cache.peek(key)).toBeUndefined()
    log.up()
    await clock.advanceAsync(2_000)
    expect((await inner.head()).position).toBe(3)
    // Nobody can tell whether a node is up to it, so whoever asks for it loads.
    await cache.getOrSet('k', () => 'new', { tags: ['t'] })
    expect(await cache.get('k')).toBe('new')
    expect(await cache.getOrSet('k', () => 'newer', { after: token })).toBe('newer')
    await expect(cache.delete('k', { queue: true })).resolves.toMatch(/\.\d+$/)
  })

  test('a log that cannot be followed is a fault, and is tried again', async () => {
    const { cache, clock, log, faults } = chaotic()
    log.down()
    await flush()
    expect(faults).toEqual(['ERR_LOG_UNAVAILABLE'])
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
    log.up()
    await clock.advanceAsync(1_000)
    expect(await cache.getOrSet('k', () => 2)).toBe(2)
    expect(cache.peek('k')).toBe(2)
  })

  test('a log that never answers is asked anew after ten seconds', async () => {
    const silent = heldLog()
    const { cache, clock } = make({ log: () => silent.log })
    const faults: string[] = []
    cache.on('fault', ({ error }) => faults.push(error.code))
    await clock.advanceAsync(10_000)
    expect(faults).toEqual(['ERR_LOG_UNAVAILABLE'])
    await silent.open()
    await clock.advanceAsync(1_000)
    expect(cache.position()).toBeDefined()
  })

  test('P5: when the log loses its state everything is a miss, and it goes on', async () => {
    const shared = createSharedLog(() => createMemoryLog())
    const { cache } = make({ log: () => shared.connect() })
    let resets = 0
    cache.on('reset', () => resets++)
    await cache.set('k', 1)
    const token = await cache.set('other', 1)
    shared.replace()
    expect(resets).toBe(1)
    expect(cache.peek('k')).toBeUndefined()
    await cache.set('k', 2)
    expect(await cache.get('k', { after: token })).toBe(2)
  })

  test('P5: a gap in the stream drops what memory holds', async () => {
    const inner = createMemoryLog()
    let lose = false
    const log: InvalidationLog = {
      ...inner,
      follow: (follower) => inner.follow({ ...follower, record: (record) => void (lose || follower.record(record)) }),
    }
    const { cache } = make({ log: () => log })
    await cache.set('k', 1)
    lose = true
    await inner.append([{ scope: { type: 'tag', tag: 'lost' }, strength: 'hard' }])
    lose = false
    expect(cache.peek('k')).toBe(1)
    await inner.append([{ scope: { type: 'tag', tag: 'other' }, strength: 'hard' }])
    expect(cache.peek('k')).toBeUndefined()
  })
})
