/** Tiers whose code comes later: what holds until they are there, and when they never come. */
import { type InvalidationLog, StorageError, type Tier, type Token } from '@hotpath/contract'
import { asyncTier, createFakeClock, createRandom, createSharedStore, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { deferredTier } from '../src/deferred/deferred.ts'
import { type Cache, type CacheEvent, type CacheOptions, createCache, memory } from '../src/index.ts'
import { placeholder, setPlaceholders } from '../src/placeholders/placeholders.ts'
import { createMemoryLog, shared } from '../src/shared/index.ts'

const store = createSharedStore()

/** A cache, and what comes later: `arrive` lets it. */
function start(options: Partial<CacheOptions> & { readonly log?: never; readonly sharedLog?: InvalidationLog } = {}) {
  const { sharedLog: log = createMemoryLog(), ...given } = options
  const clock = createFakeClock()
  const loading = deferred<Tier>()
  /** The present one. */
  let current = loading
  let goOn!: (cause?: Error) => void
  const load = (on: typeof goOn): Promise<Tier> => {
    goOn = on
    return current.promise
  }
  const tier = deferredTier({ type: 'async', load })
  const cache = createCache({
    name: `deferred-${Math.floor(nextRandom() * 1e9)}`,
    tiers: [memory({ maxEntries: 100 }), tier],
    clock,
    random: createRandom(1),
    ttl: '1h',
    ...given,
  })
  const faults: string[] = []
  cache.on('fault', ({ error }: Extract<CacheEvent, { type: 'fault' }>) => void faults.push(error.code))
  const arrive = async (): Promise<void> => {
    loading.resolve({ ...asyncTier(store), shared, openLog: () => log })
    await flush()
  }
  /** What is loaded next is another one. */
  const reload = (): typeof loading => (current = deferred<Tier>())
  const arriveAgain = async (): Promise<void> => {
    current.resolve({ ...asyncTier(store), shared, openLog: () => log })
    await flush()
  }
  return { cache, clock, arrive, loading, faults, goOn, reload, arriveAgain }
}

/** A log, and what is appended to it. */
function recorded() {
  const log = createMemoryLog()
  const appended: unknown[] = []
  const append: InvalidationLog['append'] = (invalidations) => {
    appended.push(...invalidations)
    return log.append(invalidations)
  }
  return { sharedLog: { ...log, append }, appended }
}

const nextRandom = createRandom(7)

describe('a tier that is on its way', () => {
  test('is waited for by reads, which then find what it has', async () => {
    const log = createMemoryLog()
    const first = start({ name: 'kept', sharedLog: log })
    await first.arrive()
    await first.cache.set('a', 'stored')
    const { cache, arrive } = start({ name: 'kept', sharedLog: log })
    const reads = [cache.getOrSet('a', () => 'loaded'), cache.get('a'), cache.has('a'), cache.getMany(['a', 'b'])]
    await flush()
    await arrive()
    expect(await Promise.all(reads)).toEqual(['stored', 'stored', true, ['stored', undefined]])
    expect(cache.peek('a')).toBe('stored')
  })

  test('gets what was loaded and set while it was on its way', async () => {
    const { cache, arrive } = start()
    const written = cache.set('a', 1)
    const loaded = cache.getOrSet('b', () => 2)
    await arrive()
    await Promise.all([written, loaded])
    await flush()
    const { tiers } = cache.stats()
    expect([cache.peek('a'), cache.peek('b'), (await cache.inspect('a')).state]).toEqual([1, 2, 'fresh'])
    expect(tiers.map(({ type }) => type)).toEqual(['memory', 'async'])
  })

  test('is waited for no longer than a tier may take; then reads load, and nothing is kept', async () => {
    const { cache, clock, arrive, faults } = start()
    const read = cache.getOrSet('a', () => 'loaded')
    await clock.advanceAsync(1_000)
    expect([await read, await cache.getOrSet('a', () => 'again'), cache.peek('a')]).toEqual([
      'loaded',
      'again',
      undefined,
    ])
    expect(faults).toEqual(['ERR_TIER_TIMEOUT'])
    await arrive()
    await cache.getOrSet('a', () => 'kept')
    expect([cache.peek('a'), faults.length]).toEqual(['kept', 1])
  })

  test('is waited for no longer than 5 s by invalidations, which reach the log all the same', async () => {
    const { sharedLog, appended } = recorded()
    const { cache, clock, arrive } = start({ sharedLog })
    const refused = expect(cache.invalidateTags(['a'])).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
    const queued = cache.invalidateTags(['b'], { queue: true })
    await clock.advanceAsync(5_000)
    await Promise.all([refused, queued])
    await arrive()
    expect(appended).toMatchObject([{ scope: { type: 'tag', tag: 'a' } }, { scope: { type: 'tag', tag: 'b' } }])
  })

  test('is not told one by one of more invalidations than a thousand that nobody waits for', async () => {
    const { sharedLog, appended } = recorded()
    const { cache, clock, arrive } = start({ sharedLog })
    const queued = Array.from({ length: 1_001 }, async (_, id) => cache.invalidateTags([`t${id}`], { queue: true }))
    await clock.advanceAsync(5_000)
    await Promise.all(queued)
    await arrive()
    expect(appended).toMatchObject([{ scope: { type: 'all' } }])
  })

  test('is the first to hear of what was invalidated meanwhile, so that a load from before is not kept (P2)', async () => {
    const { cache, clock, arrive } = start()
    await clock.advanceAsync(1_000)
    const old = deferred<string>()
    const read = cache.getOrSet('a', () => old.promise, { tags: ['t'] })
    await flush()
    const invalidated = cache.invalidateTags(['t'])
    await arrive()
    await invalidated
    old.resolve('old')
    await read
    expect(cache.peek('a')).toBeUndefined()
  })

  test('no caller joins a load that began before its own invalidation (P1)', async () => {
    const { cache, clock } = start()
    await clock.advanceAsync(1_000)
    const loads = [deferred<number>(), deferred<number>()]
    let count = 0
    const load = () => loads[count++]?.promise as Promise<number>
    const first = cache.getOrSet('a', load)
    const joined = cache.getOrSet('a', load)
    void cache.delete('a').catch(() => {})
    const second = cache.getOrSet('a', load)
    for (const [index, each] of loads.entries()) each.resolve(index)
    expect(await Promise.all([first, joined, second])).toEqual([0, 0, 1])
  })

  test('that cannot be loaded leaves a cache of memory alone, and says so once', async () => {
    const { cache, loading, faults } = start()
    const read = cache.getOrSet('a', () => 'loaded', { tags: ['t'] })
    const before = cache.invalidateTags(['other'])
    loading.reject(new TypeError('Failed to fetch dynamically imported module'))
    expect(await read).toBe('loaded')
    await before
    expect([cache.peek('a'), faults]).toEqual(['loaded', ['ERR_TIER_FAILED']])
    await cache.invalidateTags(['t'])
    expect(cache.peek('a')).toBeUndefined()
    await cache.close()
  })

  test('that brings no shared half is one that cannot be loaded', async () => {
    const { cache, loading, faults } = start()
    loading.resolve(asyncTier(store))
    expect([await cache.getOrSet('a', () => 1), faults]).toEqual([1, ['ERR_TIER_FAILED']])
  })

  test('is not opened when the cache was closed meanwhile, and what waits for it ends', async () => {
    const { cache, clock, loading } = start()
    const read = cache.getOrSet('a', () => 1)
    const written = cache.delete('a')
    const [readEnds, writeEnds] = [read, written].map((call) =>
      expect(call).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' }),
    )
    const closed = cache.close()
    await clock.advanceAsync(5_000)
    await closed
    await Promise.all([readEnds, writeEnds])
    let isOpened = false
    loading.resolve({ ...asyncTier(store), shared, open: () => (isOpened = true) as never })
    await flush()
    expect([isOpened, clock.pending]).toEqual([false, 0])
  })

  test('hands on to followers what its log reports, from others too', async () => {
    const log = createMemoryLog()
    const [one, other] = [start({ name: 'two', sharedLog: log }), start({ name: 'two', sharedLog: log })]
    setPlaceholders(one.cache, [{ key: 'a', value: 1, tags: ['t'] }])
    const seen: unknown[] = []
    one.cache.on('invalidated', ({ own }) => void seen.push(own))
    await Promise.all([one.arrive(), other.arrive()])
    expect(placeholder(one.cache, 'a')?.value).toBe(1)
    await other.cache.invalidateTags(['t'])
    await flush()
    expect([placeholder(one.cache, 'a'), seen]).toEqual([undefined, [false]])
  })

  test('reads after a token load while it is not there, and see the write once it is', async () => {
    const log = createMemoryLog()
    const writer = start({ name: 'tokens', sharedLog: log })
    await writer.arrive()
    const token = await writer.cache.set('a', 'new')
    const { cache, arrive } = start({ name: 'tokens', sharedLog: log })
    const read = cache.getOrSet('a', () => 'loaded', { after: token })
    await arrive()
    expect(await read).toBe('new')
  })
})

describe('a tier that does not respond', () => {
  test('is done without: what is set, loaded and invalidated holds in memory, and one event says so', async () => {
    const { cache, goOn, faults } = start()
    const before = [cache.set('a', 1), cache.invalidateTags(['x'])]
    goOn(new Error('no response'))
    goOn(new Error('still none'))
    await Promise.all(before)
    expect(await cache.getOrSet('b', () => 2, { tags: ['t'] })).toBe(2)
    expect([await cache.ready(), cache.peek('b'), faults]).toEqual([true, 2, ['ERR_TIER_FAILED']])
    await cache.invalidateTags(['t'])
    expect(cache.peek('b')).toBeUndefined()
  })

  test('and has no room says so itself, and nothing where it has said it before', async () => {
    const { cache, goOn, faults, arrive, reload } = start()
    goOn(new StorageError('ERR_STORAGE_QUOTA', 'full'))
    expect([await cache.ready(), faults]).toEqual([true, ['ERR_STORAGE_QUOTA']])
    await arrive()
    reload()
    goOn()
    const written = await cache.set('a', 1)
    expect([typeof written, cache.peek('a'), faults]).toEqual(['string', 1, ['ERR_STORAGE_QUOTA']])
  })

  test('is no reason to return less than a token of another tab asks for (P16)', async () => {
    const { cache, goOn } = start()
    goOn(new Error('no response'))
    await cache.getOrSet('a', () => 'old')
    const own = await cache.set('b', 1)
    expect(await cache.get('b', { after: own })).toBe(1)
    expect(await cache.getOrSet('a', () => 'new', { after: 'shared.7' as Token })).toBe('new')
  })

  test.each(['does not respond', 'is refused'])(
    'and %s makes tokens for which other tabs load, as they cannot know what was invalidated here (P16)',
    async (reason) => {
      const [name, log] = [reason.replaceAll(' ', '-'), createMemoryLog()]
      const other = start({ name, sharedLog: log })
      await other.arrive()
      await other.cache.getOrSet('a', () => 'old')
      const { cache, goOn, loading } = start({ name, sharedLog: log })
      if (reason === 'is refused') loading.reject(new Error(reason))
      else goOn(new Error(reason))
      await flush()
      const after = await cache.invalidateTags(['t'])
      expect(await other.cache.get('a', { after })).toBeUndefined()
      expect(await other.cache.getOrSet('a', () => 'new', { after })).toBe('new')
      // And the other way round.
      await cache.getOrSet('b', () => 'old')
      expect(await cache.getOrSet('b', () => 'new', { after: await other.cache.set('b', 'other') })).toBe('new')
    },
  )

  test('and is there later loads for a token from before (P16)', async () => {
    const { cache, goOn, arrive } = start()
    goOn(new Error('no response'))
    const after = await cache.set('a', 1)
    await arrive()
    await cache.set('a', 2)
    expect([await cache.get('a', { after }), await cache.getOrSet('a', () => 3, { after })]).toEqual([undefined, 3])
  })

  test('that cannot be loaded after all leaves memory as it is', async () => {
    const { cache, goOn, loading, faults } = start()
    goOn(new Error('no response'))
    await cache.set('a', 1)
    loading.reject(new Error('refused'))
    await flush()
    expect([cache.peek('a'), faults]).toEqual([1, ['ERR_TIER_FAILED', 'ERR_TIER_FAILED']])
  })

  test('and is there later hears of all that was invalidated meanwhile (P1, P3)', async () => {
    const log = createMemoryLog()
    const other = start({ name: 'later', sharedLog: log })
    await other.arrive()
    await other.cache.getOrSet('a', () => 'old', { tags: ['t'] })
    await other.cache.getOrSet('b', () => 'old')
    const { cache, goOn, arrive } = start({ name: 'later', sharedLog: log })
    goOn(new Error('no response'))
    await cache.invalidateTags(['t'])
    await cache.set('b', 'mine')
    await arrive()
    expect([other.cache.peek('a'), other.cache.peek('b')]).toEqual([undefined, undefined])
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined])
    expect(await cache.getOrSet('a', () => 'new')).toBe('new')
    await flush()
    expect(await other.cache.get('a')).toBe('new')
  })

  test('and is there later finds nothing in memory of which it could not hear (P3), and no load from before is kept (P2)', async () => {
    const log = createMemoryLog()
    const other = start({ name: 'between', sharedLog: log })
    await other.arrive()
    const { cache, goOn, arrive } = start({ name: 'between', sharedLog: log })
    goOn(new Error('no response'))
    const resets: unknown[] = []
    cache.on('reset', (event) => void resets.push(event))
    await cache.getOrSet('a', () => 'old', { tags: ['t'] })
    const slow = deferred<string>()
    const read = cache.getOrSet('b', () => slow.promise, { tags: ['t'] })
    await flush()
    await other.cache.invalidateTags(['t'])
    await arrive()
    const joined = cache.getOrSet('b', () => 'new', { tags: ['t'] })
    slow.resolve('old')
    expect([cache.peek('a'), await read, await joined, resets.length]).toEqual([undefined, 'old', 'new', 1])
    await flush()
    expect([cache.peek('b'), await other.cache.get('b')]).toEqual(['new', 'new'])
  })
})

test('P1: a key that is shortened, as a tier may come, is outdated by a pattern while none is there', async () => {
  const { cache, goOn } = start()
  const key = ['search', 'q'.repeat(300), 'de']
  goOn(new Error('no response'))
  await cache.set(key, 'old')
  await cache.invalidatePattern('search:*:de')
  expect(await cache.get(key)).toBeUndefined()
})

describe('a tier that does not respond any more', () => {
  /** A cache whose tier was there, and is loaded again. */
  async function startAndLose(options: Parameters<typeof start>[0] = {}) {
    const started = start(options)
    await started.arrive()
    return started
  }

  test('is done without also by what was written before it was there, as often as it is lost', async () => {
    const { sharedLog, appended } = recorded()
    let hangs = true
    const append: InvalidationLog['append'] = (records) => (hangs ? new Promise(() => {}) : sharedLog.append(records))
    const { cache, goOn, arrive, arriveAgain, reload } = start({ sharedLog: { ...sharedLog, append } })
    const early = cache.set('early', 1)
    await arrive()
    reload()
    goOn()
    await early
    expect(cache.peek('early')).toBe(1)
    await arriveAgain()
    const later = cache.set('later', 2)
    await flush()
    reload()
    goOn()
    await later
    hangs = false
    await arriveAgain()
    expect(appended).toMatchObject(['early', 'later'].map((key) => ({ scope: { type: 'key', key } })))
  })

  test('is done without from then on, also by what waits for its log, and one event says so', async () => {
    const inner = createMemoryLog()
    let hangs = false
    const append: InvalidationLog['append'] = (records) => (hangs ? new Promise(() => {}) : inner.append(records))
    const { cache, goOn, faults, reload } = await startAndLose({ sharedLog: { ...inner, append } })
    await cache.getOrSet('old', () => 1, { tags: ['t'] })
    hangs = true
    const writes = [cache.set('a', 1), cache.invalidateTags(['t'])]
    await flush()
    expect(cache.peek('old')).toBeUndefined()
    const again = reload()
    goOn(new Error('no response'))
    goOn(new Error('still none'))
    await Promise.all(writes)
    expect([cache.peek('a'), cache.peek('old'), faults]).toEqual([1, undefined, ['ERR_TIER_FAILED']])
    expect(await cache.getOrSet('b', () => 2, { tags: ['t'] })).toBe(2)
    await cache.invalidateTags(['t'])
    expect([cache.peek('a'), cache.peek('b')]).toEqual([1, undefined])
    again.reject(new Error('refused'))
    await flush()
    expect([await cache.get('a'), faults]).toEqual([1, ['ERR_TIER_FAILED', 'ERR_TIER_FAILED']])
  })

  test('and is there later hears of all that was not confirmed (P1, P3), and no load from before is kept (P2)', async () => {
    const log = createMemoryLog()
    const other = start({ name: 'lost', sharedLog: log })
    await other.arrive()
    for (const key of ['a', 'b', 'c']) await other.cache.getOrSet(key, () => 'old', { tags: [`tag of ${key}`] })
    let hangs = false
    const append: InvalidationLog['append'] = (records) => (hangs ? new Promise(() => {}) : log.append(records))
    const { cache, goOn, reload, arriveAgain } = await startAndLose({ name: 'lost', sharedLog: { ...log, append } })
    const slow = deferred<string>()
    const read = cache.getOrSet('slow', () => slow.promise)
    await flush()
    hangs = true
    const written = cache.invalidateTags(['tag of a'])
    reload()
    goOn(new Error('no response'))
    await written
    await cache.set('b', 'mine')
    hangs = false
    await arriveAgain()
    expect(['a', 'b', 'c'].map((key) => other.cache.peek(key))).toEqual([undefined, undefined, 'old'])
    slow.resolve('old')
    await read
    expect([cache.peek('slow'), await cache.get('b'), await cache.get('c')]).toEqual([undefined, undefined, 'old'])
    expect(await cache.getOrSet('a', () => 'new')).toBe('new')
    await flush()
    expect(await other.cache.get('a')).toBe('new')
  })

  test('invalidates everything when it is there again, if its log had not confirmed something in time', async () => {
    const log = createMemoryLog()
    const other = start({ name: 'unsure', sharedLog: log })
    await other.arrive()
    await other.cache.getOrSet('a', () => 'old', { tags: ['t'] })
    let hangs = true
    const append: InvalidationLog['append'] = (records) => (hangs ? new Promise(() => {}) : log.append(records))
    const { cache, clock, goOn, reload, arriveAgain } = await startAndLose({
      name: 'unsure',
      sharedLog: { ...log, append },
    })
    const refused = expect(cache.invalidateTags(['t'])).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
    await clock.advanceAsync(5_000)
    await refused
    reload()
    goOn(new Error('no response'))
    hangs = false
    await arriveAgain()
    expect(other.cache.peek('a')).toBeUndefined()
  })

  test('can be lost again and again', async () => {
    const { cache, goOn, reload, arriveAgain, faults } = await startAndLose()
    for (const round of [1, 2, 3]) {
      reload()
      goOn(new Error('no response'))
      await cache.set('a', round)
      expect([cache.peek('a'), faults.length]).toEqual([round, round])
      await arriveAgain()
      expect(cache.peek('a')).toBeUndefined()
      await cache.set('a', `stored ${round}`)
      await flush()
      expect(await cache.get('a')).toBe(`stored ${round}`)
    }
    await cache.close()
  })

  test('leaves no timer and no unhandled rejection when the cache is closed meanwhile', async () => {
    const { cache, clock, goOn, reload, arriveAgain } = await startAndLose()
    reload()
    goOn(new Error('no response'))
    const closed = cache.close()
    await clock.advanceAsync(5_000)
    await closed
    await arriveAgain()
    expect(clock.pending).toBe(0)
  })
})

test('a deferred tier needs a loader', () => {
  expect(() => deferredTier({ type: 'x' } as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
})

test('a cache has only one view of what was stored by two handles', async () => {
  const { cache, arrive } = start()
  const namespace: Cache = cache.namespace('n')
  await arrive()
  await namespace.set('k', 1)
  expect([namespace.peek('k'), cache.peek(['n', 'k'])]).toEqual([1, 1])
})

test('a placeholder goes at once when this process invalidates it before the log is there', async () => {
  const { cache, arrive } = start()
  setPlaceholders(cache, [
    { key: 'a', value: 'old', tags: ['t'] },
    { key: 'b', value: 'old' },
  ])
  const invalidated = cache.invalidateTags(['t'])
  expect([placeholder(cache, 'a'), placeholder(cache, 'b')?.value]).toEqual([undefined, 'old'])
  await arrive()
  await invalidated
  expect([placeholder(cache, 'a'), placeholder(cache, 'b')?.value]).toEqual([undefined, 'old'])
})
