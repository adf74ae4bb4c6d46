/** What never answers: loaders, tiers, logs. Nobody who waits for it waits for ever. */
import { type Entry, type InvalidationLog, type Tier, type TierStore } from '@hotpath/contract'
import { asyncTier, chaosTier, createFakeClock, createRandom, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

const never = <Value>(): Promise<Value> => new Promise(() => {})
const failing = (): never => {
  throw new Error('down')
}

/** Whether, and how, a promise has ended by now. */
async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  const ended = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  return Promise.race([ended, flush(300).then(() => 'pending')])
}

/** A store whose reads, from some number on, are never answered. */
function tiring(inner: Tier, reads: number): Tier & { readonly reads: number } {
  const tier = {
    ...inner,
    reads: 0,
    open: (context: Parameters<Tier['open']>[0]) => {
      const store = inner.open(context)
      const get = (key: string): Promise<Entry | undefined> =>
        ++tier.reads > reads ? never() : Promise.resolve(store.get(key))
      return { ...store, get }
    },
  }
  return tier
}

/** A log of which the test replaces parts. */
function logWith(parts: Partial<InvalidationLog>, inner: InvalidationLog = createMemoryLog()): InvalidationLog {
  return {
    append: async (invalidations) => inner.append(invalidations),
    follow: async (follower) => inner.follow(follower),
    snapshot: async () => inner.snapshot(),
    head: async () => inner.head(),
    close: async () => {},
    ...parts,
  }
}

/** A tier whose store is asynchronous, save for what the test puts in its place. */
function tierWith(methods: Partial<TierStore>): Tier {
  const inner = asyncTier()
  return { type: 'custom', open: (context) => ({ ...inner.open(context), ...methods }) }
}

/** Has `then` and never calls back: what query builders and promises of another realm look like when they hang. */
// oxlint-disable-next-line unicorn/no-thenable -- that is the point
const hungThenable = { then: () => {} } as unknown as Promise<never>

describe('callers who wait for ever', () => {
  test('P16, P7: a read after its own expire comes to an end when a lower tier still has the value', async () => {
    const tier = tiring(asyncTier(), 20)
    const { cache } = make({ tiers: [memory({ maxEntries: 10 }), tier], ttl: '10s', staleWhileRevalidate: '10s' })
    await cache.set('k', 'old')
    const after = await cache.expire('k')
    expect(await stateOf(cache.getOrSet('k', () => 'new', { after }))).toEqual({ value: 'new' })
    expect(tier.reads).toBeLessThan(3)
  })

  test('P7: a thenable that hangs ends at the hard timeout like a promise', async () => {
    const { cache, clock } = make({ timeout: '5s' })
    // What query builders and ORMs answer: typed as promises, and no instances of `Promise`.
    // oxlint-disable-next-line unicorn/no-thenable -- that is the point
    const thenable = { then: () => {} } as unknown as Promise<number>
    const read = cache.getOrSet('k', () => thenable)
    const ended = stateOf(read)
    await clock.advanceAsync(5_000)
    await ended
    expect(await stateOf(read)).toMatchObject({ error: { code: 'ERR_LOAD_TIMEOUT' } })
  })

  test('P17: close comes to an end while a thenable hangs', async () => {
    const { cache } = make()
    // oxlint-disable-next-line unicorn/no-thenable -- that is the point
    void cache.getOrSet('k', () => ({ then: () => {} }) as unknown as Promise<number>).catch(() => {})
    await flush()
    expect(await stateOf(cache.close())).toEqual({ value: undefined })
  })

  test('P7: a caller who waits without limit does not take the limit from those who join him', async () => {
    const { cache, clock } = make({ timeout: '5s' })
    void cache.getOrSet('k', () => never<number>(), { timeout: false })
    const other = cache.getOrSet('k', () => 1)
    void stateOf(other)
    await clock.advanceAsync(60_000)
    expect(await stateOf(other)).not.toBe('pending')
  })

  test('P12: a signal that is aborted while the loader is being called detaches its caller', async () => {
    const { cache } = make()
    const controller = new AbortController()
    const read = cache.getOrSet(
      'k',
      () => {
        controller.abort(new Error('enough'))
        return never<number>()
      },
      { signal: controller.signal },
    )
    expect(await stateOf(read)).toMatchObject({ error: { message: 'enough' } })
  })

  test('P12: a signal detaches a reader of many who waits for a tier', async () => {
    const clock = createFakeClock()
    const hanging = chaosTier(asyncTier(), { random: createRandom(1), clock, hangRate: 1 })
    const { cache } = make({ tiers: [memory({ maxEntries: 10 }), hanging], clock })
    const controller = new AbortController()
    const read = cache.getOrSetMany(['k'], () => [1], { signal: controller.signal })
    await flush()
    controller.abort(new Error('enough'))
    expect(await stateOf(read)).toMatchObject({ error: { message: 'enough' } })
  })

  test('P12: a signal detaches a reader who waits for his token', async () => {
    const { cache } = make({ log: () => logWith({}) })
    await flush()
    const epoch = cache.position()?.split('.')[0]
    const controller = new AbortController()
    const read = cache.getOrSet('k', () => 1, { after: `${epoch}.99` as never, signal: controller.signal })
    await flush()
    controller.abort(new Error('enough'))
    expect(await stateOf(read)).toMatchObject({ error: { message: 'enough' } })
  })

  test('P16: a log that does not say where it stands makes a read with a token load, not wait for ever', async () => {
    const { cache, clock } = make({ log: () => logWith({ head: () => never() }) })
    await flush()
    const read = cache.getOrSet('k', () => 1, { after: 'anotherLife.1' as never })
    void stateOf(read)
    await clock.advanceAsync(600_000)
    expect(await stateOf(read)).toEqual({ value: 1 })
  })

  test('rule 7: an append that is never answered rejects, and is retried', async () => {
    const { cache, clock } = make({ log: () => logWith({ append: () => never() }) })
    await flush()
    const write = cache.invalidateTags(['t'])
    void stateOf(write)
    await clock.advanceAsync(600_000)
    expect(await stateOf(write)).toMatchObject({ error: { code: 'ERR_LOG_UNAVAILABLE' } })
  })

  test('P17: close ends the writes that wait for the log', async () => {
    const { cache, clock } = make({ log: () => logWith({ append: () => never() }) })
    await flush()
    const write = cache.set('k', 1)
    void stateOf(write)
    const closed = cache.close()
    await clock.advanceAsync(5_000)
    await closed
    expect(await stateOf(write)).toMatchObject({ error: { code: 'ERR_LOG_UNAVAILABLE' } })
  })

  test('P17: close comes to an end although a tier without a timeout hangs', async () => {
    const clock = createFakeClock()
    const hanging = chaosTier(asyncTier(), { random: createRandom(1), clock, hangRate: 1 })
    const { cache } = make({ tiers: [memory({ maxEntries: 10 }), hanging], clock, tierTimeout: false })
    void cache.set('k', 1)
    await flush()
    const closed = cache.close()
    void stateOf(closed)
    await clock.advanceAsync(600_000)
    expect(await stateOf(closed)).toEqual({ value: undefined })
  })

  test('P8: the soft timeout serves what a lower tier had, not only what memory had', async () => {
    const { cache, clock } = make({ tiers: [asyncTier()], ttl: '1s', staleIfError: '1h', timeout: { soft: '100ms' } })
    await cache.set('k', 'old')
    clock.advance(1_000)
    const read = cache.getOrSet('k', () => never<string>())
    void stateOf(read)
    await clock.advanceAsync(1_000)
    expect(await stateOf(read)).toEqual({ value: 'old' })
  })

  test('P8: while a load waits out its backoff, what is good for failing loaders is served at once', async () => {
    const { cache } = make({ ttl: '1s', staleIfError: '1h', backoff: '10s' })
    await cache.set('k', 'old')
    await cache.expire('k')
    expect(await cache.getOrSet('k', failing)).toBe('old')
    expect(await stateOf(cache.getOrSet('k', failing))).toEqual({ value: 'old' })
  })

  test('P6: a tier that answers such a thenable is a miss after its timeout', async () => {
    const { cache, clock } = make({ tiers: [memory({ maxEntries: 1 }), tierWith({ get: () => hungThenable })] })
    let answer: unknown = 'waits'
    void cache.get('k').then((value) => (answer = value))
    await clock.advanceAsync(10_000)
    expect(answer).toBeUndefined()
  })

  for (const [what, get] of [
    ['throws', failing],
    ['hangs', () => new Promise<never>(() => {})],
  ] as const) {
    test(`P6: inspect takes a tier that ${what} for one that has nothing`, async () => {
      // Loaded before, as the clock of the test does not wait for a module.
      await import('../src/door/later/inspect.ts')
      const { cache, clock } = make({ tiers: [memory({ maxEntries: 1 }), tierWith({ get })] })
      let state: unknown = 'waits'
      cache.inspect('k').then(
        (inspection) => (state = inspection.state),
        (error: unknown) => (state = error),
      )
      await clock.advanceAsync(60_000)
      expect(state).toBe('missing')
    })
  }

  test('P17: warm ends when the cache is closed, and asks its source for no more', async () => {
    const { cache } = make()
    let given = 0
    function* keys(): Generator<readonly [number]> {
      while (given < 500) yield [given++]
    }
    const done = cache.warm(keys(), { load: () => new Promise(() => {}), concurrency: 2 }).catch(() => {})
    await flush()
    await cache.close()
    await done
    expect(given).toBeLessThan(10)
  })
})
