import type { Token } from '@hotpath/contract'
import { asyncTier, createFakeClock, createSharedLog } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type HeldEntry, heldEntries, placeholder, setPlaceholders } from '../src/placeholders/placeholders.ts'
import { restoreHeld } from '../src/restore/restore-held.ts'
import { retain } from '../src/retain/retain.ts'
import { type Cache, createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

const valueOf = (cache: Cache, key: string): unknown => placeholder(cache, key)?.value

test('of a key that is shortened for lower tiers goes with a pattern that may concern it', async () => {
  const { cache } = make({ log: () => createMemoryLog(), tiers: [memory({ maxEntries: 10 }), asyncTier()] })
  const key = ['search', 'q'.repeat(300), 'de']
  setPlaceholders(cache, [{ key, value: 'old' }])
  await cache.invalidatePattern('search:*:de')
  expect(placeholder(cache, key)).toBeUndefined()
})

describe('a placeholder', () => {
  test('is read at once, with its age and tags, and never by a read of values', async () => {
    const { cache, clock } = make()
    setPlaceholders(cache, [{ key: ['user', 1], value: 'Ann', age: '1m', tags: ['users'] }])
    clock.advance(500)
    expect(placeholder(cache, ['user', 1])).toEqual({ value: 'Ann', ageMs: 60_500, tags: ['users'] })
    expect(placeholder(cache.namespace('user'), [1])?.value).toBe('Ann')
    expect([cache.peek(['user', 1]), await cache.get(['user', 1], { stale: true })]).toEqual([undefined, undefined])
    expect(await cache.has(['user', 1])).toBe(false)
    expect((await cache.inspect(['user', 1])).state).toBe('missing')
    expect(placeholder(cache, ['user', 1])?.value).toBe('Ann')
    expect(await cache.getOrSet(['user', 1], () => 'Ann B.')).toBe('Ann B.')
    expect(placeholder(cache, ['user', 1])).toBeUndefined()
  })

  test.each([
    ['set', (cache: Cache) => cache.set('k:1', 2)],
    ['loaded', (cache: Cache) => cache.getOrSet('k:1', () => 2)],
    ['deleted', (cache: Cache) => cache.delete('k:1')],
    ['invalidated by tag', (cache: Cache) => cache.invalidateTags(['t'])],
    ['invalidated by prefix', (cache: Cache) => cache.invalidatePrefix(['k'])],
    ['invalidated by pattern', (cache: Cache) => cache.invalidatePattern('k:*')],
    ['cleared with all', (cache: Cache) => cache.clear()],
    ['cleared with its namespace', (cache: Cache) => cache.namespace('k').clear()],
  ])('goes when its key is %s', async (_, act) => {
    const { cache } = make()
    setPlaceholders(cache, [
      { key: 'k:1', value: 1, tags: ['t'] },
      { key: 'other', value: 1 },
    ])
    await act(cache)
    expect(valueOf(cache, 'k:1')).toBeUndefined()
    expect(valueOf(cache, 'other')).toBe(_.endsWith('all') ? undefined : 1)
  })

  test.each([
    ['a key', (cache: Cache) => cache.expire('k:1', { for: '1m' })],
    ['tags', (cache: Cache) => cache.expireTags(['t'], { for: '1m' })],
    ['a prefix', (cache: Cache) => cache.expirePrefix(['k'], { for: '1m' })],
    ['all of a namespace', (cache: Cache) => cache.namespace('k').expireAll({ for: '1m' })],
  ])('expired for a time by %s is gone after it', async (_, expire) => {
    const { cache, clock } = make()
    setPlaceholders(cache, [
      { key: 'k:1', value: 1, tags: ['t'] },
      { key: 'other', value: 1 },
    ])
    await expire(cache)
    clock.advance(30_000)
    await expire(cache)
    clock.advance(29_999)
    expect(valueOf(cache, 'k:1')).toBe(1)
    clock.advance(1)
    expect([valueOf(cache, 'k:1'), valueOf(cache, 'other')]).toEqual([undefined, 1])
  })

  test('stays when it is expired: it is stale anyway', async () => {
    const { cache } = make()
    setPlaceholders(cache, [{ key: 'k', value: 1, tags: ['t'] }])
    await cache.expire('k')
    await cache.expireTags(['t'])
    await cache.expireAll()
    expect(valueOf(cache, 'k')).toBe(1)
  })

  test('is of no use where something is stored', async () => {
    const { cache } = make()
    await cache.set('k', 'stored')
    setPlaceholders(cache, [{ key: 'k', value: 'kept' }])
    expect(valueOf(cache, 'k')).toBeUndefined()
  })

  test('goes when another process invalidates it', async () => {
    const log = createMemoryLog()
    const [{ cache }, other] = [make({ log: () => log }), make({ log: () => log })]
    setPlaceholders(cache, [
      { key: 'a', value: 1, tags: ['t'] },
      { key: 'b', value: 1 },
    ])
    await other.cache.invalidateTags(['t'])
    expect([valueOf(cache, 'a'), valueOf(cache, 'b')]).toEqual([undefined, 1])
    await other.cache.delete('b')
    expect(valueOf(cache, 'b')).toBeUndefined()
  })

  test('is there before the view of the log is, and hears of what is invalidated then', async () => {
    let open = (): void => {}
    const opened = new Promise<void>((resolve) => (open = resolve))
    const log = createMemoryLog()
    const late = { ...log, snapshot: async () => opened.then(() => log.snapshot()) }
    const { cache } = make({ log: () => late })
    setPlaceholders(cache, [
      { key: 'a', value: 1 },
      { key: 'b', value: 1 },
    ])
    expect(cache.position()).toBeUndefined()
    expect(valueOf(cache, 'a')).toBe(1)
    const deleted = cache.delete('b')
    open()
    await deleted
    await cache.ready()
    expect([valueOf(cache, 'a'), valueOf(cache, 'b')]).toEqual([1, undefined])
  })

  test('goes when records may have been missed', async () => {
    const log = createSharedLog(createMemoryLog)
    const { cache } = make({ log: () => log.connect() })
    await cache.ready()
    setPlaceholders(cache, [{ key: 'k', value: 1 }])
    expect(valueOf(cache, 'k')).toBe(1)
    log.replace()
    await cache.ready()
    expect(valueOf(cache, 'k')).toBeUndefined()
  })

  test('is one of a thousand at most, the newest', () => {
    const { cache } = make()
    setPlaceholders(
      cache,
      Array.from({ length: 1_500 }, (_, id) => ({ key: `k${id}`, value: id })),
    )
    setPlaceholders(cache, [
      { key: 'k500', value: 'newer' },
      { key: 'last', value: 1 },
    ])
    const kept = Array.from({ length: 1_500 }, (_, id) => valueOf(cache, `k${id}`)).filter(
      (value) => value !== undefined,
    )
    expect(kept).toHaveLength(999)
    expect([valueOf(cache, 'k500'), valueOf(cache, 'k501'), valueOf(cache, 'last')]).toEqual(['newer', undefined, 1])
  })

  test('goes with what is retained as with anything else', async () => {
    const { cache } = make()
    const release = retain(cache, 'k')
    setPlaceholders(cache, [{ key: 'k', value: 1 }])
    retain(cache, 'other')
    await cache.set('k', 2)
    expect([valueOf(cache, 'k'), cache.peek('k')]).toEqual([undefined, 2])
    release()
  })

  test('is refused where it makes no sense', async () => {
    const { cache } = make()
    const [entry] = [{ key: 'k', value: 1 }]
    expect(() => setPlaceholders(cache, entry as never)).toThrow('iterable')
    expect(() => setPlaceholders(cache, [1 as never])).toThrow('key')
    expect(() => setPlaceholders(cache, [{ ...entry, ttl: '1m' } as never])).toThrow('ttl')
    expect(() => setPlaceholders(cache, [{ ...entry, age: -1 }])).toThrow('age')
    expect(() => setPlaceholders(cache, [{ ...entry, tags: [''] }])).toThrow('tag')
    expect(() => placeholder(cache, '')).toThrow('key')
    const disk = { type: 'disk', open: memory({ maxEntries: 1 }).open.bind(undefined) }
    const { cache: without } = make({
      tiers: [{ ...disk, open: (context) => ({ ...disk.open(context), policy: undefined }) as never }],
    })
    expect(() => setPlaceholders(without, [entry as never])).toThrow('memory tier')
    expect(placeholder(without, 'k')).toBeUndefined()
    await cache.close()
    expect(() => placeholder(cache, 'k')).toThrow('closed')
  })
})

describe('what memory holds, to be saved', () => {
  test('is what is fresh or stale, with what it takes to be stored again', async () => {
    const { cache, clock } = make()
    await cache.set(['a'], { deep: 1 }, { ttl: 1_000, staleWhileRevalidate: 2_000, staleIfError: 3_000, tags: ['t'] })
    await cache.set('gone', 1, { tags: ['u'] })
    await cache.invalidateTags(['u'])
    clock.advance(1_500)
    const [held, ...others] = heldEntries(cache, [['a'], 'gone', 'never'])
    expect([held, others]).toMatchObject([
      { key: 'a', value: { deep: 1 }, ageMs: 1_500, windowsMs: [1_000, 2_000, 3_000], tags: ['t'] },
      [],
    ])
    await cache.set('b', held?.value, { ttl: '1h', asOf: held?.asOf, tags: ['t'] })
    expect(cache.peek('b')).toEqual({ deep: 1 })
    clock.advance(1_500)
    expect(heldEntries(cache, [['a']])).toEqual([])
  })

  test('is not stored again once its tags were invalidated', async () => {
    const { cache } = make()
    await cache.set('a', 1, { tags: ['t'] })
    const [held] = heldEntries(cache, ['a'])
    await cache.invalidateTags(['t'])
    await cache.set('b', held?.value, { asOf: held?.asOf, tags: ['t'] })
    expect(cache.peek('b')).toBeUndefined()
  })

  test('is asked for by a list of keys, of a cache with any tiers', async () => {
    const { cache } = make()
    expect(() => heldEntries(cache, 'a' as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
    expect(heldEntries(cache, [])).toEqual([])
  })
})

describe('what was held by an earlier visit', () => {
  /** Two visits with one log, and one store below memory. */
  function visits() {
    const log = createSharedLog(createMemoryLog)
    const below = asyncTier()
    const clock = createFakeClock()
    const tiers = () => [memory({ maxEntries: 10 }), below]
    const visit = (): Cache => make({ log: () => log.connect(), tiers: tiers(), clock }).cache
    return { visit, clock }
  }

  test('is as old as it is, and ends when it would have ended', async () => {
    const { visit, clock } = visits()
    const first = visit()
    await first.set('k', 1, { ttl: 1_000, staleWhileRevalidate: 2_000, tags: ['t'] })
    const [held] = heldEntries(first, ['k'])
    const next = visit()
    await restoreHeld(next, [{ ...(held as HeldEntry), key: 'unknown below', ageMs: 1_500 }])
    expect(next.peek('unknown below')).toBeUndefined()
    expect(next.peek('unknown below', { stale: true })).toBe(1)
    const entry = await next.entry('unknown below', { stale: true })
    expect([entry?.state, entry?.ageMs]).toEqual(['stale', 1_500])
    clock.advance(1_500)
    expect(next.peek('unknown below', { stale: true })).toBeUndefined()
  })

  test('gives way to what was loaded since, which stays below', async () => {
    const { visit, clock } = visits()
    const first = visit()
    await first.getOrSet('k', () => 'old', { ttl: 1_000, staleWhileRevalidate: '1h' })
    const held = heldEntries(first, ['k'])
    clock.advance(2_000)
    // No record says so: a load appends none.
    await first.getOrSet('k', () => 'new', { ttl: '1m', refresh: true })
    const next = visit()
    await restoreHeld(
      next,
      held.map((entry) => ({ ...entry, ageMs: entry.ageMs + 2_000 })),
    )
    expect(next.peek('k')).toBe('new')
    expect(await visit().get('k')).toBe('new')
  })

  test('gives way to what was loaded while it was looked for', async () => {
    const { visit } = visits()
    const first = visit()
    await first.getOrSet('k', () => 'old', { ttl: '1h' })
    const held = heldEntries(first, ['k'])
    const next = visit()
    const restored = restoreHeld(
      next,
      held.map((entry) => ({ ...entry, ageMs: 5 })),
    )
    await Promise.all([restored, next.set('k', 'new', { ttl: '1h' })])
    expect(next.peek('k')).toBe('new')
  })

  test('is not what was invalidated, what is of another log, or what is later than the log', async () => {
    const { visit } = visits()
    const first = visit()
    await first.set('k', 1, { ttl: '1h', tags: ['t'] })
    const [held] = heldEntries(first, ['k']) as [HeldEntry]
    const later = { ...held, key: 'later', asOf: held.asOf.replace(/\.\d+$/, '.99999999') as Token }
    const other = { ...held, key: 'other', asOf: 'another.1' as Token }
    await first.invalidateTags(['t'])
    const next = visit()
    await restoreHeld(next, [held, later, other, { ...held, key: 'untagged', tags: [] }])
    expect(['k', 'later', 'other', 'untagged'].map((key) => next.peek(key))).toEqual([
      undefined,
      undefined,
      undefined,
      1,
    ])
  })

  test('is nothing for a cache without a log, and has to be what was held', async () => {
    const { cache } = make()
    await restoreHeld(cache, [])
    await expect(restoreHeld(cache, 1 as never)).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    const [good] = [{ key: 'k', value: 1, ageMs: 0, windowsMs: [1, 1, 1], tags: [], asOf: 'x' }]
    await expect(restoreHeld(cache, [good as never])).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    const times = [-1, Number.NaN, '1', undefined, 1n].flatMap((ms) => [{ ageMs: ms }, { windowsMs: [1, 1, ms] }])
    for (const wrong of [...times, { windowsMs: 1 }, { windowsMs: [1, 1] }]) {
      const entry = { ...good, asOf: cache.position(), ...wrong } as never
      await expect(restoreHeld(cache, [entry])).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    }
    await expect(restoreHeld(cache, [null as never])).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    await cache.close()
  })
})
