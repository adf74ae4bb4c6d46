import { type InvalidationLog, type LogFollower, compilePattern } from '@hotpath/contract'
import { asyncTier, createFakeClock, createRandom, createSharedStore, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type CacheOptions, createMemoryLog, memory } from './core.ts'
import { createExactPositions } from '../src/view/exact-positions.ts'
import { make } from './make.ts'

/** Caches over a log of another machine that can be put back, breaks when asked to, and counts what it is asked. */
function remote(options: Partial<CacheOptions> = {}) {
  const clock = createFakeClock()
  const makeLog = () => createMemoryLog({ maxEntries: 1_000_000, maxBytes: '256mb', random: createRandom(1) })
  let inner = makeLog()
  const store = createSharedStore({ maxEntries: 1_000_000 })
  const followers = new Set<LogFollower>()
  const server = { asked: { follow: 0, head: 0 }, appends: [] as number[], fails: 0 }
  const log: InvalidationLog = {
    heartbeatMs: 1_000,
    async append(invalidations) {
      server.appends.push(invalidations.length)
      if (server.fails > 0 && server.appends.length >= server.fails) throw new Error('no route')
      return inner.append(invalidations)
    },
    async head() {
      server.asked.head++
      return inner.head()
    },
    snapshot: async () => inner.snapshot(),
    async follow(follower) {
      server.asked.follow++
      const { from, stop } = await inner.follow(follower)
      followers.add(follower)
      return { from, stop: () => (followers.delete(follower), stop()) }
    },
    close: () => {},
  }
  /** As it was when it had so many records; nobody who follows is told. */
  const putBack = (records: number): void => {
    inner = makeLog()
    for (let index = 0; index < records; index++)
      void inner.append([{ scope: { type: 'tag', tag: '' }, strength: 'hard' }])
  }
  /** By a log of another epoch; nobody who follows is told. */
  const replace = (): void => {
    inner = createMemoryLog({ maxEntries: 1_000_000, maxBytes: '256mb', random: createRandom(2) })
  }
  const position = async (): Promise<number> => (await inner.head()).position
  const faults: string[] = []
  const open = () => {
    const tiers = [memory({ maxEntries: 100_000 }), asyncTier(store)]
    const { cache } = make({ log: () => log, clock, ttl: '1h', tiers, ...options })
    cache.on('fault', ({ error }) => faults.push(error.code))
    return cache
  }
  const breakOff = (): void => {
    for (const follower of [...followers]) follower.interrupted()
  }
  return { open, clock, log, position, putBack, replace, server, faults, breakOff }
}

const entries = (count: number) => Array.from({ length: count }, (_, index) => ({ key: ['user', index], value: index }))

describe('a new mirror in the same epoch', () => {
  test('appends nothing, however much was acknowledged before', async () => {
    const { open, clock, server, position, breakOff } = remote()
    const [cache, other] = [open(), open()]
    await flush()
    await other.set('precious', 1)
    for (let index = 0; index < 2_000; index++) await cache.delete(['noise', index])
    const appended = server.appends.length
    breakOff()
    await clock.advanceAsync(5_000)
    expect(server.appends).toHaveLength(appended)
    expect(await position()).toBe(2_001)
    expect(await other.get('precious')).toBe(1)
    expect(await cache.get('precious')).toBe(1)
  })

  test('takes in what was acknowledged while it began, key by key', async () => {
    const { open, clock, log } = remote()
    const other = open()
    await flush()
    await other.set('precious', 1)
    let resume = (): void => {}
    const held = new Promise<void>((resolve) => void (resume = resolve))
    const { cache } = make({
      clock,
      ttl: '1h',
      log: () => ({ ...log, snapshot: () => held.then(() => log.snapshot()) }),
    })
    for (let index = 0; index < 1_500; index++) await cache.delete(['noise', index])
    resume()
    await flush()
    expect(cache.position()).toBe(other.position())
  })
})

describe('many writes at once', () => {
  test('12,000 entries are appended in parts, stored in parts, and outdate nothing else', async () => {
    const { open, server } = remote()
    const [cache, other] = [open(), open()]
    await flush()
    await other.set('precious', 1)
    await cache.setMany(entries(12_000))
    expect(server.appends.slice(1)).toEqual(Array.from({ length: 12 }, () => 1_000))
    expect(await other.get('precious')).toBe(1)
    const found = await other.getMany(entries(12_000).map(({ key }) => key))
    expect(found.filter((value, index) => value !== index)).toEqual([])
  }, 60_000)

  test('an invalidation between two parts outdates what was appended before it, and nothing after', async () => {
    const { open, log } = remote()
    const [cache, other] = [open(), open()]
    await flush()
    const append = log.append
    let appends = 0
    log.append = async (invalidations) => {
      const mark = await append(invalidations)
      if (++appends === 1) await append([{ scope: { type: 'prefix', prefix: 'user' }, strength: 'hard' }])
      return mark
    }
    await cache.setMany(entries(1_500))
    expect(await other.getMany([0, 999, 1_000, 1_499].map((index) => ['user', index]))).toEqual([
      undefined,
      undefined,
      1_000,
      1_499,
    ])
  })

  test('a mirror that is outrun by them begins anew, and what was claimed is stored', async () => {
    const { open, clock, log, breakOff } = remote()
    const cache = open()
    await flush()
    const append = log.append
    log.append = async (invalidations) => {
      const mark = await append(invalidations)
      breakOff()
      return mark
    }
    const token = cache.setMany(entries(10))
    await clock.advanceAsync(1_000)
    expect(await token).toBe(cache.position())
    expect(await cache.get(['user', 9])).toBe(9)
  })

  test('when a part fails, the rest holds here and is appended until the log has it', async () => {
    const { open, clock, server, position } = remote()
    const cache = open()
    await flush()
    for (const key of [1, 1_001, 2_001]) await cache.set(['user', key], 'old')
    server.fails = server.appends.length + 2
    await expect(cache.setMany(entries(3_000))).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
    for (const key of [1, 1_001, 2_001]) expect(await cache.get(['user', key])).toBeUndefined()
    server.fails = 0
    await clock.advanceAsync(2_000)
    expect(await position()).toBe(3 + 3_000)
  })

  test('no append has more records than the log takes', async () => {
    const { open, log, server } = remote()
    const cache = make({ log: () => ({ ...log, maxRecords: 400 }) }).cache
    const other = open()
    await flush()
    await cache.setMany(entries(1_000))
    await Promise.all(entries(1_000).map(({ key }) => cache.delete(key)))
    expect(server.appends).toEqual([400, 400, 200, 1, 400, 400, 199])
    expect(other.position()).toBe(cache.position())
  })

  test('10,000 writes of one turn are appended together, and all is stored', async () => {
    const { open, server } = remote()
    const [cache, other] = [open(), open()]
    await flush()
    await Promise.all(entries(10_000).map(({ key, value }) => cache.set(key, value)))
    expect(server.appends).toEqual([1, ...Array.from({ length: 9 }, () => 1_000), 999])
    const found = await other.getMany(entries(10_000).map(({ key }) => key))
    expect(found.filter((value, index) => value !== index)).toEqual([])
  }, 60_000)

  test('P16: of several writes of one turn each counts from its own call on', async () => {
    const { open } = remote()
    const [cache, other] = [open(), open()]
    await flush()
    await Promise.all([
      cache.delete('first of the turn'),
      cache.set('k', 'first', { tags: ['t'] }),
      cache.set('j', 'kept', { tags: ['u'], staleWhileRevalidate: '1h' }),
      cache.set('k', 'second', { tags: ['t'] }),
      cache.invalidateTags(['t']),
      cache.set('i', 'after', { tags: ['t'] }),
      cache.expireTags(['u']),
    ])
    for (const one of [cache, other]) {
      expect(await one.getMany(['k', 'j', 'i'])).toEqual([undefined, undefined, 'after'])
      expect(await one.get('j', { stale: true })).toBe('kept')
    }
  })
})

describe('a stream of garbage', () => {
  test('begins few new mirrors, says so, and heals', async () => {
    const { open, clock, server, log, faults } = remote()
    const follow = log.follow
    let isGarbage = true
    log.follow = async (follower) => {
      const subscription = await follow(follower)
      const garbage = {
        ...subscription.from,
        position: 9e15,
        previous: 8e15,
        scope: { type: 'all' },
        strength: 'hard',
      } as const
      void Promise.resolve().then(async () => {
        await flush()
        if (isGarbage) follower.record(garbage)
      })
      return subscription
    }
    const cache = open()
    await clock.advanceAsync(60_000)
    expect(server.asked.follow).toBeGreaterThan(5)
    expect(server.asked.follow).toBeLessThan(30)
    expect(faults).toEqual(['ERR_LOG_UNAVAILABLE'])
    isGarbage = false
    await clock.advanceAsync(10_000)
    await cache.set('k', 1)
    expect(await cache.get('k')).toBe(1)
  })
})

describe('a log that was put back to an earlier state', () => {
  test('P5: a process that saw more invalidates everything once, and goes on', async () => {
    const { open, clock, server, putBack, faults } = remote()
    const [cache, other] = [open(), open()]
    await flush()
    await cache.set('k', 'old')
    for (let index = 0; index < 10; index++) await cache.delete(['noise', index])
    putBack(5)
    await clock.advanceAsync(2_000)
    expect(new Set(faults)).toEqual(new Set(['ERR_LOG_REWOUND']))
    expect([await cache.get('k'), await other.get('k')]).toEqual([undefined, undefined])
    const appends = server.appends.length
    await cache.set('k', 'new')
    await clock.advanceAsync(5_000)
    expect(await other.get('k')).toBe('new')
    expect(server.appends).toHaveLength(appends + 1)
  })

  test('is noticed by a mirror that begins before the next heartbeat, too', async () => {
    const { open, clock, putBack, faults, breakOff } = remote()
    const cache = open()
    await flush()
    await cache.set('k', 'old')
    await cache.delete('other')
    putBack(1)
    breakOff()
    await flush()
    expect(faults).toEqual(['ERR_LOG_REWOUND'])
    await clock.advanceAsync(100)
    expect(await cache.get('k')).toBeUndefined()
  })
})

describe('tokens that were made up', () => {
  const forged = {
    queued: () => '_.0',
    ahead: (epoch: string) => `${epoch}.9007199254740991`,
    other: () => 'made-up.0',
  }

  test.each(['queued', 'ahead'] as const)('500 reads with one (%s) load one at a time', async (kind) => {
    const { open, clock, server } = remote({ timeout: false })
    const cache = open()
    await flush()
    await cache.set('k', 'known')
    const [epoch = ''] = String(cache.position()).split('.')
    const after = forged[kind](epoch) as never
    const heads = server.asked.head
    let [loads, running, most] = [0, 0, 0]
    const load = async (): Promise<string> => {
      most = Math.max(most, ++running)
      loads++
      await new Promise<void>((resolve) => void clock.after(500, resolve))
      running--
      return 'loaded'
    }
    const reads = Array.from({ length: 500 }, () => cache.getOrSet('k', load, { after }))
    await clock.advanceAsync(3_000)
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['loaded']))
    expect([loads <= 2, most]).toEqual([true, 1])
    // Heartbeats included.
    expect(server.asked.head - heads).toBeLessThan(10)
  })

  test('one of another epoch costs one question for all that come together', async () => {
    const { open, clock, server } = remote()
    const cache = open()
    await flush()
    await cache.set('k', 'known')
    const heads = server.asked.head
    const reads = Array.from({ length: 500 }, () => cache.get('k', { after: forged.other() as never }))
    await clock.advanceAsync(100)
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['known']))
    expect(server.asked.head - heads).toBeLessThan(5)
  })

  test('one that may be of a server that takes over is answered by a load, though ours still answers', async () => {
    const { open, clock } = remote()
    const cache = open()
    await flush()
    await cache.set('k', 'before')
    const after = 'replica.1700000000000000' as never
    const reads = [cache.get('k', { after }), cache.getOrSet('k', () => 'after', { after }), cache.get('k')]
    await clock.advanceAsync(100)
    expect(await Promise.all(reads)).toEqual([undefined, 'after', 'before'])
  })

  test('one of a log that another process has for itself is answered by a load, without a question (P16)', async () => {
    const { open, server } = remote()
    const cache = open()
    const { cache: alone } = make({ name: 'alone' })
    await flush()
    await cache.set('k', 'before')
    const heads = server.asked.head
    const after = await alone.delete('k')
    const reads = [cache.get('k', { after }), cache.getOrSet('k', () => 'after', { after }), cache.get('k')]
    await flush()
    expect(await Promise.all(reads)).toEqual([undefined, 'after', 'before'])
    expect(server.asked.head).toBe(heads)
    await alone.close()
  })

  test('one of another epoch asks no more of a new view of the log than to be there', async () => {
    const { open, clock, replace } = remote()
    const cache = open()
    await flush()
    replace()
    const other = open()
    await flush()
    await other.set('k', 'new')
    const read = cache.get('k', { after: 'made-up.9007199254740991' as never })
    await clock.advanceAsync(100)
    expect(await read).toBe('new')
  })

  test('they take no load away from callers without one', async () => {
    const { open, clock } = remote({ timeout: false })
    const cache = open()
    await flush()
    let loads = 0
    const load = async (): Promise<number> => {
      await new Promise<void>((resolve) => void clock.after(100, resolve))
      return ++loads
    }
    const reads = [cache.getOrSet('k', load, { after: '_.0' as never }), cache.getOrSet('k', load)]
    await clock.advanceAsync(1_000)
    expect(await Promise.all(reads)).toEqual([1, 1])
  })

  test('P16: a caller that cannot catch up gets the value of no load that began before its call', async () => {
    const { open, clock } = remote({ timeout: false })
    const cache = open()
    await flush()
    let source = 'before'
    const load = async (): Promise<string> => {
      const value = source
      await new Promise<void>((resolve) => void clock.after(100, resolve))
      return value
    }
    const early = cache.getOrSet('k', load, { after: '_.0' as never })
    await flush()
    source = 'after'
    const late = [1, 2].map(() => cache.getOrSet('k', load, { after: '_.0' as never }))
    await clock.advanceAsync(1_000)
    expect([await early, ...(await Promise.all(late))]).toEqual(['before', 'after', 'after'])
  })

  test('an `asOf` ahead of the log makes no entry that nothing can outdate', async () => {
    const { open } = remote()
    const cache = open()
    await flush()
    const [epoch = ''] = String(cache.position()).split('.')
    await cache.set('k', 'forever', { asOf: forged.ahead(epoch) as never, tags: ['t'] })
    expect(await cache.get('k')).toBe('forever')
    await cache.invalidateTags(['t'])
    expect(await cache.get('k')).toBeUndefined()
  })
})

describe('prefixes and patterns of a log', () => {
  const limits = { maxEntries: 100, maxBytes: 100_000 }
  const clear = (prefix: string, position: number) =>
    ({ scope: { type: 'prefix', prefix }, strength: 'hard', epoch: 'e', position }) as const

  test('a namespace that is cleared again and again takes one place', () => {
    const positions = createExactPositions(compilePattern, limits)
    for (let position = 1; position <= 5_000; position++) positions.raise(clear(`n${position % 1_000}`, position))
    expect([positions.hardAt('other', []), positions.isCrowded]).toEqual([0, false])
    expect(positions.hardAt('n7:x', [])).toBe(4_007)
  })

  test('a shorter prefix takes the place of all that it covers', () => {
    const positions = createExactPositions(compilePattern, limits)
    for (let position = 1; position <= 999; position++) positions.raise(clear(`a:n${position}`, position))
    positions.raise(clear('b', 1_000))
    positions.raise(clear('a', 1_001))
    for (let position = 1_002; position <= 1_999; position++) positions.raise(clear(`c:n${position}`, position))
    expect([positions.hardAt('other', []), positions.isCrowded]).toEqual([0, false])
    expect([positions.hardAt('a:n5:x', []), positions.hardAt('b:x', [])]).toEqual([1_001, 1_000])
  })

  test('beyond 1,000 the oldest concerns everything, and what was loaded since stays valid', () => {
    const positions = createExactPositions(compilePattern, limits)
    for (let position = 1; position <= 1_000; position++) positions.raise(clear(`n${position}`, position))
    positions.raise(clear('n1', 1_001))
    positions.raise(clear('n1002', 1_002))
    expect([positions.hardAt('other', []), positions.isCrowded]).toEqual([2, true])
    expect(positions.hardAt('n1:x', [])).toBe(1_001)
  })

  test('a cache reports it once', async () => {
    const { open, faults } = remote()
    const cache = open()
    await flush()
    for (let index = 0; index < 1_005; index++) await cache.namespace(`n${index}`).clear()
    expect(faults).toEqual(['ERR_LOG_CROWDED'])
  })
})
