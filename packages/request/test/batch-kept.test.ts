import { type CacheOptions, createCache, memory } from '@hotpath/core'
import { shared } from '@hotpath/core/shared'
import { asyncTier, createFakeClock, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { batch, type CachedBatchOptions } from '../src/index.ts'
import { batchBench } from './batch-bench.ts'

describe('a batch that keeps values', () => {
  test('answers later loads from them, as many as it may keep', async () => {
    const { batch, clock, sent, call } = batchBench({ maxEntries: 2 })
    const load = async (key: number, value: unknown): Promise<unknown> => {
      const before = sent.length
      const answer = batch.load(key)
      await clock.advanceAsync(0)
      if (sent.length > before) call(before).resolve([value])
      return answer
    }
    await load(1, 'one')
    expect(await load(1, 'new')).toBe('one')
    await load(2, null)
    await load(3, undefined)
    expect(await load(2, 'new')).toBeNull()
    expect(await load(3, 'three')).toBe('three')
    expect(await load(1, 'new')).toBe('new')
  })

  test('does not keep errors', async () => {
    const { batch, clock, sent, call } = batchBench({ maxEntries: 2 })
    const failed = batch.load(1)
    failed.catch(() => {})
    await clock.advanceAsync(0)
    call(0).resolve([new Error('busy')])
    await expect(failed).rejects.toThrow('busy')
    void batch.load(1)
    await clock.advanceAsync(0)
    expect(sent).toHaveLength(2)
  })

  test('`clear` with a key that is `undefined` forgets nothing else', async () => {
    const { batch, clock, sent } = batchBench({ maxEntries: 2 })
    await batch.prime(1, 'primed')
    const missing = undefined as unknown as number
    await batch.clear(missing)
    expect(await batch.load(1)).toBe('primed')
    await batch.clear()
    void batch.load(1)
    await clock.advanceAsync(0)
    expect(sent).toEqual([[1]])
  })

  test('`prime` answers those who wait and those who come, and nothing is sent', async () => {
    const { batch, clock, sent } = batchBench({ maxEntries: 2 })
    const waiting = batch.load(1)
    await batch.prime(1, 'primed')
    expect([await waiting, await batch.load(1)]).toEqual(['primed', 'primed'])
    await clock.advanceAsync(0)
    expect(sent).toEqual([])
  })

  test('an Error that is primed is the failure of its key, for those who wait and those who come', async () => {
    const { batch, clock, sent } = batchBench({ maxEntries: 2 })
    const waiting = expect(batch.load(1)).rejects.toThrow('gone')
    await batch.prime(1, new Error('gone'))
    await waiting
    await expect(batch.load(1)).rejects.toThrow('gone')
    expect(await batch.loadMany([1])).toEqual([new Error('gone')])
    await clock.advanceAsync(0)
    expect(sent).toEqual([])
    await batch.prime(1, 'back')
    expect(await batch.load(1)).toBe('back')
  })

  test('what was under way when a value was primed is not kept', async () => {
    const { batch, clock, call } = batchBench({ maxEntries: 2 })
    const before = batch.load(1)
    await clock.advanceAsync(0)
    await batch.prime(1, 'new')
    call(0).resolve(['old'])
    expect([await before, await batch.load(1)]).toEqual(['old', 'new'])
  })

  test('after `clear` a key is asked for anew, even when it is under way', async () => {
    const { batch, clock, sent, call } = batchBench({ maxEntries: 2 })
    await batch.prime(1, 'old')
    await batch.clear(1)
    const first = batch.load(1)
    await clock.advanceAsync(0)
    await batch.clear(1)
    const second = batch.load(1)
    await clock.advanceAsync(0)
    expect(sent).toEqual([[1], [1]])
    call(0).resolve(['old'])
    call(1).resolve(['new'])
    expect([await first, await second, await batch.load(1)]).toEqual(['old', 'new', 'new'])
  })

  test('`clear` without a key forgets all', async () => {
    const { batch, clock, sent, call, answer } = batchBench({ maxEntries: 5 })
    await batch.prime(1, 'one')
    const under = batch.load(2)
    await clock.advanceAsync(0)
    const waiting = batch.load(3)
    await batch.clear()
    void batch.load(1)
    void batch.load(2)
    await clock.advanceAsync(0)
    expect(sent).toEqual([[2], [3, 1, 2]])
    call(0).resolve(['old'])
    answer(1)
    expect([await under, await waiting, await batch.load(2)]).toEqual(['old', 30, 20])
  })

  test('`clear` works without anything kept, `prime` says what is missing', async () => {
    const { batch, clock, sent } = batchBench()
    void batch.load(1)
    await clock.advanceAsync(0)
    await batch.clear(1)
    void batch.load(1)
    await clock.advanceAsync(0)
    expect(sent).toEqual([[1], [1]])
    await expect(batch.prime(1, 'one')).rejects.toThrow(
      '`maxEntries` must be at least 1 for `prime`, received 0. Give the batch `maxEntries` or a `cache`.',
    )
  })
})

interface User {
  readonly id: number
  readonly team: string
}

function withCache(options: Partial<CachedBatchOptions<number, User | undefined>> = {}, tiers?: CacheOptions['tiers']) {
  const clock = createFakeClock()
  const cache = createCache({
    name: 'users',
    tiers: tiers ?? [memory({ maxEntries: 100 })],
    shared,
    clock,
    random: () => 0.5,
  })
  const sent: (readonly number[])[] = []
  async function usersBy(ids: readonly number[]): Promise<(User | undefined)[]> {
    sent.push([...ids])
    return ids.map((id) => (id > 0 ? { id, team: `team ${id % 2}` } : undefined))
  }
  const users = batch(usersBy, {
    cache,
    clock,
    key: (id) => ['user', id],
    tags: (_id, user) => [user?.team ?? 'none'],
    ttl: '1m',
    ...options,
  })
  /** Lets caches and batches do what they have to do. */
  const settle = async <Result>(result: Promise<Result>): Promise<Result> => {
    for (let turn = 0; turn < 5; turn++) {
      await flush()
      clock.advance(0)
    }
    return result
  }
  return { cache, clock, sent, users, settle }
}

describe('a batch with a cache behind it', () => {
  test('asks for what the cache has not, and stores it with tags', async () => {
    const { cache, users, sent, settle } = withCache()
    await settle(users.loadMany([1, 2]))
    expect(await settle(users.loadMany([1, 2, 3]))).toEqual([1, 2, 3].map((id) => ({ id, team: `team ${id % 2}` })))
    expect(sent).toEqual([[1, 2], [3]])
    await cache.invalidateTags(['team 1'])
    await settle(users.loadMany([1, 2, 3]))
    expect(sent[2]).toEqual([1, 3])
    expect(await cache.get(['user', 2])).toEqual({ id: 2, team: 'team 0' })
  })

  test('looks up what comes together with one call to a shared tier, and loads what is missing with one', async () => {
    const tier = asyncTier()
    const { users, sent, settle } = withCache({}, [memory({ maxEntries: 100 }), tier])
    await settle(users.loadMany([1, 2, 3, 4]))
    expect(sent).toEqual([[1, 2, 3, 4]])
    // One to look up; the first value is stored at once, the others together.
    const before = tier.trips
    await settle(users.loadMany([5, 6, 7]))
    expect(tier.trips - before).toBe(3)
  })

  test('does not keep `undefined`, and obeys the freshness that it is given', async () => {
    const { clock, users, sent, settle } = withCache()
    await settle(users.loadMany([-1, 1]))
    expect(await settle(users.loadMany([-1, 1]))).toEqual([undefined, { id: 1, team: 'team 1' }])
    expect(sent).toEqual([[-1, 1], [-1]])
    clock.advance(60_000)
    await settle(users.load(1))
    expect(sent[2]).toEqual([1])
  })

  test('`prime` stores with tags, `clear` removes', async () => {
    const { cache, users, sent, settle } = withCache()
    await users.prime(5, { id: 5, team: 'red' })
    expect(await settle(users.load(5))).toEqual({ id: 5, team: 'red' })
    expect((await cache.inspect(['user', 5])).tags).toEqual(['red'])
    await users.clear(5)
    await settle(users.load(5))
    expect(sent).toEqual([[5]])
    await users.clear()
    await settle(users.load(5))
    expect(sent).toEqual([[5], [5]])
  })

  test('an Error that is primed is the failure of its key', async () => {
    const { users, sent, settle } = withCache()
    await users.prime(5, new Error('gone'))
    await expect(settle(users.load(5))).rejects.toThrow('gone')
    expect(await settle(users.loadMany([5]))).toEqual([new Error('gone')])
    expect(sent).toEqual([])
  })

  test('its own key and name tell batches of one cache apart', async () => {
    const { cache, users, settle } = withCache({ key: undefined, name: 'people' })
    await settle(users.load(7))
    expect(await cache.get(['people', 7])).toEqual({ id: 7, team: 'team 1' })
    const nameless = (): unknown =>
      batch(
        (
          () => async (ids: readonly number[]) =>
            ids
        )(),
        { cache },
      )
    expect(nameless).toThrow('`name` must be given where `loadMany` has none, received undefined.')
  })

  test('a caller who leaves takes the key out of the batch', async () => {
    const { users, sent, settle } = withCache({ window: '50ms' })
    const controller = new AbortController()
    const left = users.load(1, { signal: controller.signal }).catch((error: Error) => error.message)
    await settle(Promise.resolve())
    controller.abort(new Error('left'))
    expect(await settle(left)).toBe('left')
    expect(sent).toEqual([])
  })

  test('refuses what cannot be a cache, and options that are wrong', () => {
    const { cache } = withCache()
    const make = (options: object) => () => batch(async (ids: readonly number[]) => ids, options as never)
    expect(make({ cache: {} })).toThrow('`cache` must be a cache, received an object.')
    expect(make({ cache, name: 'n', ttl: -1 })).toThrow('`ttl` must not be negative, received -1.')
    expect(make({ cache, name: 'n', tags: [''] })).toThrow(expect.objectContaining({ code: 'ERR_TAG_INVALID' }))
  })
})
