/** What the simulation found, each as small as it gets. */
import { type InvalidationLog, type Lease, type LogFollower, type LogHead, type Mark, toToken } from '@hotpath/contract'
import {
  type SharedLog,
  asyncTier,
  deferred,
  createFakeClock,
  createSharedLog,
  flush,
  type Deferred,
} from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type CacheOptions, createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

/** A cache over a log of another machine, whose answers can be held back. */
function remote(options: Partial<CacheOptions> = {}) {
  const clock = createFakeClock()
  const shared: SharedLog = createSharedLog(() => createMemoryLog())
  const server = shared.connect()
  const network: { isCut: boolean; hold: Promise<unknown> | undefined; holdHead: Promise<unknown> | undefined } = {
    isCut: false,
    hold: undefined,
    holdHead: undefined,
  }
  const log: InvalidationLog = {
    heartbeatMs: 1_000,
    async append(invalidations) {
      const mark = await server.append(invalidations)
      await network.hold
      return mark
    },
    async head(): Promise<LogHead> {
      await network.holdHead
      if (network.isCut) throw new Error('no route')
      return server.head()
    },
    snapshot: async () => server.snapshot(),
    follow: async (follower: LogFollower) =>
      server.follow({
        record: (record) => void (network.isCut || follower.record(record)),
        interrupted: (cause) => follower.interrupted(cause),
      }),
    close: () => server.close(),
  }
  const { cache } = make({ log: () => log, clock, ttl: '1h', timeout: false, ...options })
  return { cache, clock, server, shared, network, log }
}

const position = async (server: InvalidationLog): Promise<number> => (await server.head()).position
const never = new Promise<never>(() => {})

describe('a machine that slept', () => {
  test('P8: a hit right after sleep does not use the time of a hit right before it', async () => {
    const fake = createFakeClock()
    const ends: (() => void)[] = []
    const clock = { ...fake, endOfTurn: (end: () => void) => void ends.push(end) }
    const { cache } = make({ clock, ttl: '10s' })
    await cache.set('k', 1)
    expect(await cache.get('k')).toBe(1)
    // The turn ends, and then the machine sleeps while the event loop waits.
    for (const end of ends) end()
    fake.suspend(3_600_000)
    expect(await cache.get('k')).toBeUndefined()
  })

  test('P3: nobody joins a load that began before a sleep longer than maxOffline', async () => {
    const { cache, clock, server, network } = remote()
    await flush()
    const before: Deferred<string> = deferred()
    void cache.getOrSet('k', () => before.promise)
    await flush()
    network.isCut = true
    await server.append([{ scope: { type: 'key', key: 'k' }, strength: 'hard' }])
    clock.suspend(60_000)
    const after = cache.getOrSet('k', () => 'read after')
    await flush()
    before.resolve('read before')
    expect(await after).toBe('read after')
  })
})

describe('what a life of the log acknowledged', () => {
  test('is appended once to each later life, not twice as often each time', async () => {
    const { cache, clock, server, shared } = remote()
    await flush()
    await cache.invalidateTags(['t'])
    for (let life = 0; life < 4; life++) {
      shared.replace()
      await clock.advanceAsync(1_000)
      expect(await position(server)).toBe(1)
    }
  })

  test('is not forgotten because the wall clock was set forward', async () => {
    const { cache, clock, server, shared } = remote()
    await flush()
    await cache.invalidateTags(['t'])
    clock.jumpWall(3_600_000)
    shared.replace()
    await flush()
    expect(await position(server)).toBe(1)
  })

  test('is appended to the present life also when the answer came only then', async () => {
    const { cache, server, shared, network } = remote()
    await flush()
    const answer: Deferred<void> = deferred()
    network.hold = answer.promise
    void cache.invalidateTags(['t'])
    await flush()
    network.hold = undefined
    shared.replace()
    await flush()
    answer.resolve()
    await flush()
    expect(await position(server)).toBe(1)
  })

  test('is appended to the first life that the mirror stands in, when it was another that acknowledged it', async () => {
    const other = createMemoryLog()
    let isFirst = true
    const { cache, server } = remoteWith((log) => ({
      ...log,
      append: async (invalidations): Promise<Mark> => {
        if (!isFirst) return log.append(invalidations)
        isFirst = false
        return other.append(invalidations)
      },
    }))
    await cache.invalidateTags(['t'])
    await flush()
    expect(await position(server)).toBe(1)
  })
})

function remoteWith(change: (log: InvalidationLog) => InvalidationLog) {
  const inner = remote()
  const clock = createFakeClock()
  const { cache } = make({ log: () => change(inner.log), clock, ttl: '1h' })
  return { cache, clock, server: inner.server }
}

describe('a log or a lease that does not answer', () => {
  test('P6: a heartbeat without an answer is not the last one', async () => {
    const { cache, clock, network } = remote()
    await flush()
    network.holdHead = never
    await clock.advanceAsync(2_000)
    network.holdHead = undefined
    await clock.advanceAsync(60_000)
    await cache.set('k', 1)
    expect(cache.peek('k')).toBe(1)
  })

  test('P6: a read after a token of another life does not wait for ever', async () => {
    const { cache, clock, network } = remote()
    await flush()
    network.holdHead = never
    let answer: unknown
    void cache
      .getOrSet('k', () => 'loaded', { after: toToken({ epoch: 'other', position: 1 }) })
      .then((value) => (answer = value))
    await clock.advanceAsync(60_000)
    expect(answer).toBe('loaded')
  })

  test('P7: a lease that is never answered does not wedge its key', async () => {
    const lease: Lease = { acquire: () => never, released: () => never, close: async () => {} }
    const clock = createFakeClock()
    const { cache } = make({
      clock,
      tiers: [memory({ maxEntries: 10 }), { ...asyncTier(), openLease: () => lease }],
      timeout: '10s',
    })
    let answer: unknown
    void cache.getOrSet('k', () => 'loaded').then((value) => (answer = value))
    await clock.advanceAsync(60_000)
    expect(answer).toBe('loaded')
  })

  test('an append without an answer is given up and appended again', async () => {
    const { cache, clock, server, network } = remote()
    await flush()
    network.hold = never
    let error: unknown
    cache.invalidateTags(['t']).catch((cause: unknown) => (error = cause))
    await flush()
    network.hold = undefined
    await clock.advanceAsync(120_000)
    expect(error).toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
    expect(await position(server)).toBe(2)
  })

  test('P1: a read does not wait for the lease that an outdated load of the same process holds', async () => {
    const held = new Set<string>()
    const lease: Lease = {
      acquire: async (key) => {
        if (held.has(key)) return undefined
        held.add(key)
        return { fencingToken: 1, renew: async () => true, release: async () => void held.delete(key) }
      },
      released: () => never,
      close: async () => {},
    }
    const { cache } = make({ tiers: [memory({ maxEntries: 10 }), { ...asyncTier(), openLease: () => lease }] })
    const hung = cache.getOrSet('k', () => never)
    hung.catch(() => {})
    await flush()
    await cache.delete('k')
    let answer: unknown
    void cache.getOrSet('k', () => 'new').then((value) => (answer = value))
    await flush()
    expect(answer).toBe('new')
  })
})
