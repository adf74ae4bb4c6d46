/** The first moments of a process with a shared log: what waits for the view of the log, and for how long. */
import type { InvalidationLog, LogFollower } from '@hotpath/contract'
import {
  type Deferred,
  type FakeClock,
  asyncTier,
  createFakeClock,
  createSharedStore,
  deferred,
  flush,
} from '@hotpath/testkit'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Cache, type CacheEvent, type CacheOptions, createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

// What is loaded when it is called for takes time, which is none of the clock's.
beforeAll(() =>
  Promise.all([import('../src/door/later/warm.ts'), import('../src/door/later/inspect.ts')]).then(() => {}),
)

/** A log of another machine that is followed when the test says so, and whose connection the test may break. */
class Remote implements InvalidationLog {
  readonly heartbeatMs = 1_000
  readonly #inner = createMemoryLog()
  /** The next answer to `follow`. */
  begun: Deferred<void> = deferred()
  appends = 0
  isAway = false
  #follower: LogFollower | undefined

  async append(invalidations: Parameters<InvalidationLog['append']>[0]) {
    this.appends += invalidations.length
    if (this.isAway) throw new Error('away')
    return this.#inner.append(invalidations)
  }

  async follow(follower: LogFollower) {
    await this.begun.promise
    this.#follower = follower
    return this.#inner.follow(follower)
  }

  async snapshot() {
    return this.#inner.snapshot()
  }

  async head() {
    if (this.isAway) throw new Error('away')
    return this.#inner.head()
  }

  /** The connection breaks; the next one is there when `begun` resolves. */
  interrupt(): void {
    this.begun = deferred()
    this.#follower?.interrupted(new Error('connection lost'))
  }

  /** It cannot be followed, now and until `begun` is another one. */
  fails(): void {
    this.begun.promise.catch(() => {})
    this.begun.reject(new Error('no route'))
  }

  close(): void {}
}

interface Started {
  readonly cache: Cache
  readonly clock: FakeClock
  readonly log: Remote
  readonly faults: CacheEvent[]
}

const disk = createSharedStore()

function start(options: Partial<CacheOptions> = {}): Started {
  const log = new Remote()
  const clock = createFakeClock()
  const { cache } = make({ clock, log: () => log, tierTimeout: '1s', ...options })
  const faults: CacheEvent[] = []
  cache.on('fault', (event) => faults.push(event))
  return { cache, clock, log, faults }
}

const codes = (faults: readonly CacheEvent[]): string[] =>
  faults.flatMap((event) => (event.type === 'fault' ? event.error.code : []))

/** Whether a promise is settled once everything that can run has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const settle = (): void => void (settled = true)
  promise.then(settle, settle)
  await flush()
  return settled
}

describe('while the view of a shared log is being made', () => {
  /** Every method that reads, loads or stores, and what it comes to once the view is there. */
  const waiting: Record<string, readonly [call: (cache: Cache) => Promise<unknown>, result: unknown]> = {
    get: [(cache) => cache.get('k'), undefined],
    has: [(cache) => cache.has('k'), false],
    getMany: [(cache) => cache.getMany(['k', 'l']), [undefined, undefined]],
    getOrSet: [(cache) => cache.getOrSet('k', () => 1), 1],
    getOrSetMany: [(cache) => cache.getOrSetMany(['k', 'l'], (keys) => keys.map(() => 1)), [1, 1]],
    wrap: [(cache) => cache.wrap((n: number) => n, { name: 'same' })(1), 1],
    set: [(cache) => cache.set('k', 1).then(() => cache.peek('k')), 1],
    setMany: [(cache) => cache.setMany([{ key: 'k', value: 1 }]).then(() => cache.peek('k')), 1],
    warm: [(cache) => cache.warm([{ key: 'k', value: 1 }]), { warmed: 1, failed: 0, errors: [] }],
    'warm with a loader': [(cache) => cache.warm(['k'], { load: () => 1 }), { warmed: 1, failed: 0, errors: [] }],
    purgeExpired: [(cache) => cache.purgeExpired(), 0],
    'inspect, for its state': [async (cache) => (await cache.inspect('k')).state, 'missing'],
    ready: [(cache) => cache.ready(), true],
    'a method of a namespace': [
      (cache) =>
        cache
          .namespace('n')
          .set('k', 1)
          .then(() => cache.peek(['n', 'k'])),
      1,
    ],
  }

  for (const [method, [call, result]] of Object.entries(waiting)) {
    test(`${method} waits for it`, async () => {
      const { cache, clock, log } = start()
      const answer = call(cache)
      expect(await isSettled(answer)).toBe(false)
      expect(clock.held).toBe(1)
      log.begun.resolve()
      expect(await answer).toEqual(result)
      expect(clock.held).toBe(0)
    })

    test(`${method} waits no longer than a tier may take, and nobody waits after that`, async () => {
      const { cache, clock } = start()
      const answer = call(cache).catch(() => 'rejected')
      await clock.advanceAsync(999)
      expect(await isSettled(answer)).toBe(false)
      await clock.advanceAsync(1)
      expect(await isSettled(answer)).toBe(true)
      expect(await isSettled(call(cache).catch(() => 'rejected'))).toBe(true)
      expect(clock.held).toBe(0)
    })
  }

  test('what is set first is found at once and is kept, and so is what is loaded first', async () => {
    const { cache, log } = start()
    log.begun.resolve()
    await cache.set('set', 1)
    expect(await cache.get('set')).toBe(1)
    let loads = 0
    for (let n = 0; n < 3; n++) await cache.getOrSet('loaded', () => ++loads)
    expect(loads).toBe(1)
  })

  test('what another process stored is found by the first read', async () => {
    const log = createMemoryLog()
    const share = (): Cache => make({ log: () => later(log), tiers: [asyncTier(disk)] }).cache
    await share().set('shared', 1)
    let loads = 0
    expect(await share().getMany(['shared'])).toEqual([1])
    expect(await share().getOrSet('shared', () => ++loads)).toBe(1)
    expect(loads).toBe(0)
  })

  test('many that wait for one key share one load', async () => {
    const { cache, log } = start()
    let loads = 0
    const answers = Array.from({ length: 100 }, () => cache.getOrSet('k', async () => ++loads))
    log.begun.resolve()
    expect(new Set(await Promise.all(answers))).toEqual(new Set([1]))
  })

  test('P12: a signal detaches a caller that waits', async () => {
    const { cache, clock, log } = start()
    const { signal, abort } = controller()
    const one = cache.getOrSet('k', () => 1, { signal })
    const many = cache.getOrSetMany(['k'], () => [1], { signal })
    abort(new Error('left'))
    await expect(one).rejects.toThrow('left')
    await expect(many).rejects.toThrow('left')
    log.begun.resolve()
    await flush()
    expect(clock.held).toBe(0)
  })

  test('P1: an invalidation is appended at once, and what it is about is not stored by a load from before', async () => {
    const { cache, log } = start()
    const invalidations = [cache.delete('k'), cache.expire('k'), cache.invalidateTags(['t']), cache.clear()]
    await Promise.all(invalidations)
    expect(log.appends).toBe(4)
    const set = cache.set('k', 1)
    expect(log.appends).toBe(5)
    log.begun.resolve()
    await set
    expect(cache.peek('k')).toBe(1)
  })

  test('a value whose load began without a view is not stored, and reported, also when the view is there by then', async () => {
    const { cache, clock, log, faults } = start()
    const load = deferred<string>()
    const read = cache.getOrSet('k', () => load.promise)
    await clock.advanceAsync(1_000)
    log.begun.resolve()
    await flush()
    expect(await cache.ready()).toBe(true)
    load.resolve('loaded')
    expect(await read).toBe('loaded')
    expect([cache.peek('k'), codes(faults)]).toEqual([undefined, ['ERR_LOG_NO_VIEW']])
  })

  test('P16: a read with a token waits for the view, and for nothing else', async () => {
    const { cache, clock, log } = start()
    const token = await cache.delete('k')
    const read = cache.getOrSet('k', () => 1, { after: token })
    log.begun.resolve()
    expect(await read).toBe(1)
    expect(cache.peek('k')).toBe(1)
    expect(clock.held).toBe(0)
  })

  test('closing ends the wait', async () => {
    const { cache, clock } = start()
    const read = cache.get('k')
    const load = cache.getOrSet('k', () => 1)
    const ready = cache.ready()
    await cache.close()
    await expect(read).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    await expect(load).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    expect(await ready).toBe(false)
    expect([clock.pending, clock.held]).toEqual([0, 0])
  })

  test('an idle cache holds no process', () => {
    const { clock } = start()
    expect(clock.held).toBe(0)
  })
})

describe('after a beginning that failed', () => {
  test('values are loaded and not stored, and one event says so', async () => {
    const { cache, log, faults } = start()
    log.fails()
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
    expect(await cache.getOrSet('k', () => 2)).toBe(2)
    await cache.set('k', 3)
    expect(await cache.get('k')).toBeUndefined()
    expect(codes(faults)).toEqual(['ERR_LOG_UNAVAILABLE', 'ERR_LOG_NO_VIEW'])
    expect(await cache.ready()).toBe(false)
  })

  test('what is not to be stored anyway is no fault', async () => {
    const { cache, log, faults } = start()
    log.fails()
    await cache.getOrSet('k', ({ skip }) => (skip(), 1))
    await cache.getOrSet('k', () => undefined)
    await cache.getOrSet('k', () => 1, { ttl: 0 })
    expect(codes(faults)).toEqual(['ERR_LOG_UNAVAILABLE'])
  })

  test('nothing is purged: nobody can say what is outdated', async () => {
    const store = createSharedStore()
    const one = make({ tiers: [asyncTier(store)] }).cache
    await one.set('k', 1)
    const { cache, log } = start({ tiers: [asyncTier(store)] })
    log.fails()
    expect(await cache.purgeExpired()).toBe(0)
    expect(await one.get('k')).toBe(1)
  })

  test('retries are not waited for, and all is well once one of them succeeds', async () => {
    const { cache, clock, log } = start()
    log.fails()
    await cache.get('k')
    log.begun = deferred()
    await clock.advanceAsync(1_000)
    expect(await isSettled(cache.get('k'))).toBe(true)
    log.begun.resolve()
    await flush()
    expect(await cache.ready()).toBe(true)
    await cache.set('k', 1)
    expect(await cache.get('k')).toBe(1)
  })

  test('warm says what is warm, and no more', async () => {
    const { cache, log } = start()
    log.fails()
    expect(await cache.warm([{ key: 'k', value: 1 }])).toEqual({ warmed: 0, failed: 0, errors: [] })
    expect(await cache.warm(['k'], { load: () => 1 })).toEqual({ warmed: 0, failed: 0, errors: [] })
  })
})

describe('after a reconnect', () => {
  test('reads, loads and writes wait for the new view', async () => {
    const { cache, log } = start()
    log.begun.resolve()
    await cache.set('k', 1)
    log.interrupt()
    const [read, set] = [cache.get('k'), cache.set('l', 2)]
    expect(await isSettled(read)).toBe(false)
    expect(await isSettled(set)).toBe(false)
    log.begun.resolve()
    expect(await read).toBeUndefined()
    await set
    expect(await cache.get('l')).toBe(2)
  })

  test('they wait no longer than at the start', async () => {
    const { cache, clock, log } = start()
    log.begun.resolve()
    await cache.set('k', 1)
    log.interrupt()
    const read = cache.get('k')
    await clock.advanceAsync(1_000)
    expect(await read).toBeUndefined()
    expect(await isSettled(cache.get('k'))).toBe(true)
  })
})

describe('with `maxOffline: false` and the log away', () => {
  const store = createSharedStore()
  const alone = (): Started => {
    const started = start({ maxOffline: false, tiers: [memory({ maxEntries: 10 }), asyncTier(store)] })
    started.log.fails()
    started.log.isAway = true
    return started
  }

  test('values are kept in memory from the first load on, past every retry', async () => {
    const { cache, clock, faults, log } = alone()
    let loads = 0
    for (let n = 0; n < 20; n++) {
      await cache.getOrSet('k', async () => ++loads)
      log.fails()
      await clock.advanceAsync(500)
    }
    expect(loads).toBe(1)
    expect(codes(faults)).not.toContain('ERR_LOG_NO_VIEW')
    expect(await cache.ready()).toBe(false)
  })

  test('a load that runs across a retry is kept', async () => {
    const { cache, clock } = alone()
    const value = deferred<number>()
    const load = cache.getOrSet('k', () => value.promise)
    await clock.advanceAsync(2_500)
    value.resolve(1)
    await load
    expect(cache.peek('k')).toBe(1)
  })

  test('P1: its own invalidations hold, and what is loaded after them is kept', async () => {
    const { cache } = alone()
    await cache.getOrSet('k', () => 'old', { tags: ['t'] })
    const value = deferred<string>()
    const late = cache.getOrSet('late', () => value.promise, { tags: ['t'] })
    await flush()
    await cache.invalidateTags(['t'], { queue: true })
    expect(cache.peek('k')).toBeUndefined()
    value.resolve('old')
    await late
    expect(cache.peek('late')).toBeUndefined()
    await cache.getOrSet('k', () => 'new', { tags: ['t'] })
    expect(cache.peek('k')).toBe('new')
    await cache.expire('k', { queue: true })
    expect([cache.peek('k'), await cache.get('k')]).toEqual([undefined, undefined])
  })

  test('nothing of it is stored where others read, and nothing of it outlives the shared log', async () => {
    const { cache, clock, log } = alone()
    await cache.getOrSet('k', () => 'alone')
    expect([...store.names.values()].reduce((entries, { size }) => entries + size, 0)).toBe(0)
    const value = deferred<string>()
    const across = cache.getOrSet('across', () => value.promise)
    await flush()
    log.isAway = false
    log.begun = deferred()
    log.begun.resolve()
    await clock.advanceAsync(1_000)
    expect(await cache.ready()).toBe(true)
    expect(cache.peek('k')).toBeUndefined()
    value.resolve('alone')
    expect(await across).toBe('alone')
    expect(cache.peek('across')).toBeUndefined()
    await cache.getOrSet('k', () => 'shared')
    expect(await cache.get('k')).toBe('shared')
  })
})

describe('a cache with an in-process log', () => {
  test('waits for nothing', async () => {
    const { cache, clock } = make()
    void cache.set('k', 1)
    expect(cache.peek('k')).toBe(1)
    expect([clock.pending, clock.held]).toEqual([0, 0])
    expect(await cache.ready()).toBe(true)
    await cache.close()
    expect(await cache.ready()).toBe(false)
  })
})

/** The same log, with every answer a promise. */
function later(log: InvalidationLog): InvalidationLog {
  return {
    heartbeatMs: 1_000,
    append: async (invalidations) => log.append(invalidations),
    follow: async (follower) => log.follow(follower),
    snapshot: async () => log.snapshot(),
    head: async () => log.head(),
    close: () => {},
  }
}

function controller(): { readonly signal: AbortSignal; readonly abort: (reason: unknown) => void } {
  const one = new AbortController()
  return { signal: one.signal, abort: (reason) => one.abort(reason) }
}
