/** Rare orders of events, values and listeners that misbehave: what readers get all the same. */
import { type Entry, type InvalidationLog, type Tier, type TierStore, isHotpathError } from '@hotpath/contract'
import {
  asyncTier,
  chaosTier,
  createFakeClock,
  createRandom,
  createSharedLog,
  createSharedStore,
  deferred,
  deferredLoader,
  flush,
} from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type LoadContext, type SetEntry, createCache, createMemoryLog, memory } from './core.ts'
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

describe('stale reads', () => {
  test('P2: warming before the view of the log stands does not claim that what the source read is current', async () => {
    const shared = createSharedLog(() => createMemoryLog())
    const [log, clock] = [shared.connect(), createFakeClock()]
    const { cache } = make({ log: () => logWith({}, log), clock })
    const writer = make({ log: () => shared.connect(), clock }).cache
    async function* rows(): AsyncGenerator<SetEntry> {
      const value = 'read before the change'
      await flush()
      await writer.invalidateTags(['t'])
      yield { key: 'k', value, tags: ['t'] }
    }
    await cache.warm(rows())
    await flush()
    expect(await cache.get('k')).toBeUndefined()
  })

  test('P1: an entry of warm that leaves its tags undefined inherits those of the options', async () => {
    const { cache } = make()
    await cache.warm([{ key: 'k', value: 'old', tags: undefined }], { tags: ['t'] })
    await cache.invalidateTags(['t'])
    expect(await cache.get('k')).toBeUndefined()
  })

  test('P1: a text given to addTags in place of a list is refused, not taken for a list of letters', async () => {
    const { cache } = make()
    const load = ({ addTags }: LoadContext): string => {
      addTags('country:DE' as never)
      return 'old'
    }
    await expect(cache.getOrSet('k', load)).rejects.toMatchObject({ code: 'ERR_TAG_INVALID' })
  })

  test('P8: a value that comes back from a lower tier by reference is not taken for fresh once it was expired', async () => {
    const windows = { ttl: '10s', staleWhileRevalidate: '10s' } as const
    const { cache } = make({ tiers: [memory({ maxEntries: 1 }), memory({ maxEntries: 10 })], ...windows })
    await cache.set('k', 'old')
    await cache.get('k')
    await cache.set('pushes it out', 1)
    await cache.expire('k')
    expect(await cache.get('k')).toBeUndefined()
    expect(await cache.get('k')).toBeUndefined()
  })

  test('P8: a load that began before a refresh does not write over what the refresh brought', async () => {
    const { cache } = make()
    const load = deferredLoader<string>()
    const slow = cache.getOrSet('k', load)
    const refresh = cache.getOrSet('k', load, { refresh: true })
    load.at(1).resolve('new')
    await refresh
    load.at(0).resolve('old')
    await slow
    expect(await cache.get('k')).toBe('new')
  })
})

describe('what reads come to', () => {
  test('P6, P10: a value that cannot be measured is returned all the same', async () => {
    const { cache } = make()
    const value = {
      get lazy(): string {
        throw new Error('not loaded')
      },
    }
    expect(await cache.getOrSet('k', () => value)).toBe(value)
  })

  test('P6: a first tier that fails is a miss and an event, also when it answers at once', async () => {
    const store: TierStore = {
      ...memory({ maxEntries: 10 }).open({} as never),
      get: failing,
      set: () => {
        throw new Error('quota exceeded')
      },
    }
    const { cache } = make({ tiers: [{ type: 'full', open: () => store }] })
    const faults: string[] = []
    cache.on('fault', ({ error }) => faults.push(error.code))
    expect(await stateOf(cache.getOrSet('k', () => 1))).toEqual({ value: 1 })
    expect(faults).toContain('ERR_TIER_FAILED')
  })

  test('P6: an async listener that fails is a fault, and no unhandled rejection', async () => {
    const { cache } = make()
    const faults: string[] = []
    cache.on('fault', ({ error }) => faults.push(error.code))
    const listener: () => unknown = () => Promise.reject(new Error('async listener'))
    cache.on('miss', listener)
    await cache.getOrSet('k', () => 1)
    await flush()
    expect(faults).toEqual(['ERR_LISTENER_THREW'])
  })

  test('P6: a refresh that fails throws, and never returns what was there, fresh or stale', async () => {
    for (const staleIfError of [false, '1h'] as const) {
      const { cache, clock } = make({ ttl: '1m', staleIfError, staleWhileRevalidate: '1m', backoff: false })
      await cache.set('k', 'old')
      for (let minutes = 0; minutes < 2; minutes++) {
        await expect(cache.getOrSet('k', failing, { refresh: true })).rejects.toThrow('down')
        await expect(cache.getOrSetMany(['k'], failing, { refresh: true })).rejects.toThrow('down')
        // Others still get it.
        expect(await cache.get('k', { stale: true })).toBe('old')
        clock.advance(60_000)
      }
    }
  })

  test('a refresh waits for its load past the soft timeout', async () => {
    const { cache, clock } = make({ staleIfError: '1h', timeout: { soft: 100, hard: '10s' } })
    await cache.set('k', 'old')
    const value = deferred<string>()
    const refreshed = cache.getOrSet('k', () => value.promise, { refresh: true })
    await clock.advanceAsync(1_000)
    value.resolve('new')
    expect(await refreshed).toBe('new')
  })

  test('P6: inspect takes a failing tier for a miss', async () => {
    const tier = asyncTier()
    const broken: Tier = { type: 'broken', open: (context) => ({ ...tier.open(context), get: failing }) }
    const { cache } = make({ tiers: [memory({ maxEntries: 10 }), broken] })
    expect((await cache.inspect('k')).state).toBe('missing')
  })

  test('P8: inspect says what a read would get, not what memory has that is dead', async () => {
    const [store, clock] = [createSharedStore(), createFakeClock()]
    const log = createMemoryLog()
    const node = () => make({ tiers: [memory({ maxEntries: 10 }), asyncTier(store)], clock, log: () => log, ttl: '1s' })
    const [one, other] = [node().cache, node().cache]
    await one.getOrSet('k', () => 'old')
    clock.advance(1_000)
    await other.getOrSet('k', () => 'new')
    expect((await one.inspect('k')).state).toBe('fresh')
  })

  test('P9: getMany finds what get finds, also when memory has something stale', async () => {
    const [store, clock, log] = [createSharedStore(), createFakeClock(), createMemoryLog()]
    const windows = { ttl: '10s', staleWhileRevalidate: '10s' } as const
    const node = () =>
      make({ tiers: [memory({ maxEntries: 10 }), asyncTier(store)], clock, log: () => log, ...windows })
    const [one, other] = [node().cache, node().cache]
    await one.getOrSet('k', () => 'old')
    clock.advance(10_000)
    await other.getOrSet('k', () => 'new')
    await flush()
    const many = await one.getMany(['k'])
    expect(many).toEqual([await one.get('k')])
  })

  test('P9: get finds the fresh value of a lower tier behind a stale one', async () => {
    const [lowest, clock, log] = [createSharedStore(), createFakeClock(), createMemoryLog()]
    const windows = { ttl: '10s', staleWhileRevalidate: '10s', clock, log: () => log } as const
    const one = make({ tiers: [asyncTier(), asyncTier(lowest)], ...windows }).cache
    const other = make({ tiers: [asyncTier(lowest)], ...windows }).cache
    await one.getOrSet('k', () => 'old')
    clock.advance(10_000)
    await other.getOrSet('k', () => 'new')
    await flush()
    expect(await one.get('k')).toBe('new')
  })

  test('P13: keys that failed together are loaded together after their backoff', async () => {
    const { cache, clock } = make({ backoff: '1s' })
    await expect(cache.getOrSetMany(['a', 'b', 'c'], failing)).rejects.toThrow('down')
    const asked: unknown[] = []
    const read = cache.getOrSetMany(['a', 'b', 'c'], (missing) => {
      asked.push(missing)
      return missing.map(() => 1)
    })
    await clock.advanceAsync(1_000)
    await read
    expect(asked).toEqual([['a', 'b', 'c']])
  })

  test('P12: that a caller left is no failure of the loader, and delays nobody', async () => {
    const { cache } = make({ backoff: '10s' })
    const controller = new AbortController()
    const left = cache.getOrSet('k', () => never<number>(), { signal: controller.signal })
    await flush()
    controller.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    expect(await stateOf(cache.getOrSet('k', () => 1))).toEqual({ value: 1 })
  })

  test('P8: a value that was set is fresh when an expire from before it is acknowledged late', async () => {
    const [inner, held] = [createMemoryLog(), deferred()]
    const append: InvalidationLog['append'] = async (invalidations) => {
      const mark = await inner.append(invalidations)
      if (invalidations[0]?.strength === 'soft') await held.promise
      return mark
    }
    const { cache } = make({ log: () => logWith({ append }, inner), ttl: '10s', staleWhileRevalidate: '10s' })
    await flush()
    const expired = cache.expire('k')
    await flush()
    await cache.set('k', 'new')
    await cache.get('k')
    held.resolve()
    await expired
    expect(await cache.get('k')).toBe('new')
  })

  test('a bad ttl from a loader is one failure, and not a load as well', async () => {
    const { cache } = make()
    const load = ({ setTtl }: LoadContext): number => {
      setTtl('soon' as never)
      return 1
    }
    await expect(cache.getOrSet('k', load)).rejects.toMatchObject({ code: 'ERR_CONFIG_DURATION' })
    expect(cache.stats()).toMatchObject({ loads: 0, loadFailures: 1, loadTimes: { count: 1 } })
  })

  test('a setMany whose last word on a key is not to store it stores nothing', async () => {
    const { cache } = make()
    await cache.setMany([
      { key: 'k', value: 'first' },
      { key: 'k', value: 'last', ttl: 0 },
    ])
    expect(await cache.get('k')).toBeUndefined()
  })
})

describe('what is left behind', () => {
  test('P10: a listener for evictions may delete, and no key is answered with the value of another', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 3 })] })
    cache.on('evict', ({ key }) => void cache.delete(key))
    for (let n = 0; n < 20; n++) await cache.set(`k${n}`, n)
    for (let n = 0; n < 20; n++) expect([undefined, n]).toContain(cache.peek(`k${n}`))
    expect(cache.stats().tiers[0]?.usage?.entries).toBe(3)
  })

  test('P10: a listener for evictions may set, and memory keeps to its bounds', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 3 })] })
    let again = 0
    cache.on('evict', ({ key }) => {
      if (again++ < 20) void cache.set(key, 'again')
    })
    for (let n = 0; n < 20; n++) await cache.set(`k${n}`, `v${n}`)
    for (let n = 0; n < 20; n++) expect([undefined, 'again', `v${n}`]).toContain(cache.peek(`k${n}`))
    expect(cache.stats().tiers[0]?.usage?.entries).toBe(3)
  })

  test('P10: the tags of a value that is confirmed again and again stay within their limit', async () => {
    const { cache } = make({ backoff: false })
    await cache.set('k', 'v')
    for (let n = 0; n < 200; n++) {
      const confirm = ({ previous, addTags }: LoadContext<string>): string => {
        addTags([`version:${n}`])
        return previous?.notModified() ?? 'v'
      }
      await cache.getOrSet<string>('k', confirm, { refresh: true }).catch(() => {})
    }
    expect((await cache.inspect('k')).tags.length).toBeLessThanOrEqual(128)
  })

  test('P17: close leaves no timer of a look-up that waits for a tier', async () => {
    const clock = createFakeClock()
    const hanging = chaosTier(asyncTier(), { random: createRandom(1), clock, hangRate: 1 })
    const { cache } = make({ tiers: [memory({ maxEntries: 10 }), hanging], clock })
    void cache.getOrSet('k', () => 1).catch(() => {})
    void cache.get('k').catch(() => {})
    await flush()
    await cache.close()
    expect(clock.pending).toBe(0)
  })

  test('P17: no reader begins to wait for the log after close', async () => {
    const [inner, held] = [createMemoryLog(), deferred()]
    const head = async () => {
      await held.promise
      return { epoch: 'other', position: 1, life: 'other' }
    }
    const { cache, clock } = make({ log: () => logWith({ head }, inner) })
    await flush()
    void cache.get('k', { after: 'other.1' as never }).catch(() => {})
    await flush()
    await cache.close()
    held.resolve()
    await flush()
    expect(clock.pending).toBe(0)
  })

  test('a view of the log that stands is not given up because an earlier attempt was interrupted at once', async () => {
    const inner = createMemoryLog()
    let attempts = 0
    const follow: InvalidationLog['follow'] = (follower) => {
      if (++attempts === 1) follower.interrupted(new Error('connecting'))
      return Promise.resolve(inner.follow(follower))
    }
    const { cache, clock } = make({ log: () => logWith({ follow }, inner) })
    await clock.advanceAsync(1_000)
    await cache.set('k', 1)
    expect(await cache.get('k')).toBe(1)
    await clock.advanceAsync(20_000)
    expect(await cache.get('k')).toBe(1)
    expect(attempts).toBe(2)
  })

  test('a first tier may be an instance of a class', async () => {
    class Store implements TierStore {
      readonly sync = true
      readonly shared = false
      readonly #map = new Map<string, Entry>()
      get(key: string): Entry | undefined {
        return this.#map.get(key)
      }
      getMany(keys: readonly string[]): (Entry | undefined)[] {
        return keys.map((key) => this.#map.get(key))
      }
      set(key: string, entry: Entry): void {
        this.#map.set(key, entry)
      }
      setMany(entries: readonly (readonly [string, Entry])[]): void {
        for (const [key, entry] of entries) this.#map.set(key, entry)
      }
      delete(keys: readonly string[]): void {
        for (const key of keys) this.#map.delete(key)
      }
      clear(): void {
        this.#map.clear()
      }
      purge(): number {
        return 0
      }
      close(): void {}
    }
    const cache = createCache({ name: 'test', tiers: [{ type: 'class', open: () => new Store() }] })
    await cache.set('a', 1)
    await cache.set('b', 2)
    expect(await cache.get('a')).toBe(1)
    expect((await cache.inspect('a')).state).toBe('fresh')
    await cache.close()
  })

  test('a closed cache answers no read from memory, from the call of close on', async () => {
    const { cache } = make()
    await cache.set('k', 1)
    const closed = cache.close()
    const read = await cache.get('k').catch((error: unknown) => error)
    expect(isHotpathError(read, 'ERR_CACHE_CLOSED')).toBe(true)
    await closed
  })
})

describe('more of the same', () => {
  test('P1: a second round of a load is not handed a previous value that was invalidated meanwhile', async () => {
    const { cache, clock } = make({ ttl: '1s', staleIfError: '1h' })
    await cache.set('k', 'old', { tags: ['t'] })
    clock.advance(1_000)
    const loader = deferredLoader<string, LoadContext<string>>()
    const first = cache.getOrSet('k', loader)
    await cache.invalidateTags(['late'])
    const second = cache.getOrSet('k', loader)
    await cache.invalidateTags(['t'])
    loader.at(0).argument.addTags(['late'])
    loader.at(0).resolve('raced')
    await first
    await flush()
    loader.at(1).resolve(loader.at(1).argument.previous?.notModified() ?? 'new')
    expect(await second).toBe('new')
    expect(cache.peek('k')).toBe('new')
  })

  test('P1: an entry of warm whose `asOf` is undefined inherits when the warming began', async () => {
    const { cache } = make()
    async function* rows(): AsyncGenerator<SetEntry> {
      await cache.invalidateTags(['t'])
      yield { key: 'k', value: 'read before', tags: ['t'], asOf: undefined }
    }
    await cache.warm(rows())
    expect(cache.peek('k')).toBeUndefined()
  })

  test('an entry of warm whose ttl and tags are undefined inherits those of the call', async () => {
    const { cache } = make()
    await cache.warm([{ key: 'k', value: 1, ttl: undefined, tags: undefined }], { ttl: '1s', tags: ['t'] })
    expect(await cache.inspect('k')).toMatchObject({ ttlLeftMs: 1_000, tags: ['t'] })
  })
})
