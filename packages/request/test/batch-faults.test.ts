import { createFakeClock, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type Batch, batch, type BatchOptions, RequestError } from '../src/index.ts'
import { batchBench, outcomes } from './batch-bench.ts'

const upTo = (length: number): number[] => Array.from({ length }, (_, index) => index + 1)

/** A batch of keys from 1, whose call fails as a whole when one of the bad ones is in it. */
function poisoned(size: number, bad: readonly number[], options: BatchOptions<number> = {}) {
  const clock = createFakeClock()
  const sizes: number[] = []
  const users = batch(
    async (ids: readonly number[]) => {
      sizes.push(ids.length)
      if (ids.some((id) => bad.includes(id))) throw new Error('poison')
      return ids.map((id) => id * 10)
    },
    { clock, ...options },
  )
  const calls = Array.from({ length: size }, (_, index) => users.load(index + 1))
  const answers = async (): Promise<unknown[]> => {
    const answered = outcomes(calls)
    await clock.advanceAsync(100_000)
    return answered
  }
  return { answers, sizes }
}

describe('a batch that fails', () => {
  test('a whole failure without `isolate` is the failure of all keys', async () => {
    const { answers, sizes } = poisoned(3, [2], { isolate: false })
    expect(await answers()).toEqual(['poison', 'poison', 'poison'])
    expect(sizes).toEqual([3])
  })

  test.each([1, 2, 50, 51, 99, 100])('of 100 with poison key %d still answers the other 99', async (bad) => {
    const { answers, sizes } = poisoned(100, [bad])
    const all = await answers()
    expect(all[bad - 1]).toBe('poison')
    expect(all.filter((one, index) => one === (index + 1) * 10)).toHaveLength(99)
    expect(sizes.length).toBeLessThanOrEqual(15)
  })

  test('several poison keys are told apart as well', async () => {
    for (const bad of [
      [7, 42, 43, 99],
      [1, 2, 3],
      upTo(9),
      upTo(10).map((key) => key + 44),
      upTo(20).map((key) => key * 5),
    ]) {
      const { answers } = poisoned(100, bad)
      expect((await answers()).flatMap((one, index) => (one === 'poison' ? [index + 1] : []))).toEqual(bad)
    }
  })

  test('two keys, one poison', async () => {
    expect(await poisoned(2, [1]).answers()).toEqual(['poison', 20])
    expect(await poisoned(2, [2]).answers()).toEqual([10, 'poison'])
  })

  test('when everything fails it gives up soon', async () => {
    const { answers, sizes } = poisoned(100, upTo(100))
    expect(new Set(await answers())).toEqual(new Set(['poison']))
    expect(sizes.length).toBeLessThanOrEqual(17)
  })

  test('when everything fails every caller hears of it, however many they are', async () => {
    for (const size of upTo(40))
      expect(await poisoned(size, upTo(size)).answers()).toEqual(upTo(size).map(() => 'poison'))
  })

  test('the search is not begun for an error that says nothing of a key', async () => {
    const { batch, clock, call, sent } = batchBench()
    const calls = [1, 2].map((key) => batch.load(key))
    await clock.advanceAsync(0)
    call(0).reject(new RequestError('ERR_REQUEST_CIRCUIT_OPEN', 'open'))
    expect(await outcomes(calls)).toEqual(['open', 'open'])
    expect(sent).toHaveLength(1)
  })

  test('one that throws at once, or answers at once, is taken as any other', async () => {
    const thrower: Batch<number, number> = batch(() => {
      throw new Error('at once')
    })
    await expect(thrower.load(1)).rejects.toThrow('at once')
    expect(await batch((ids: readonly number[]) => ids).load(5)).toBe(5)
  })

  test.each<[unknown, string]>([
    [
      [1],
      '`loadMany` answered 1 values for 2 keys. Answer one for each key, in the order of the keys (`undefined` or an Error where there is none), or a Map by key.',
    ],
    [[1, 2, 3], '`loadMany` answered 3 values for 2 keys.'],
    [undefined, '`loadMany` must answer with a list or a Map, received undefined.'],
    [{ 1: 'one' }, '`loadMany` must answer with a list or a Map, received an object.'],
    [new Set([1, 2]), '`loadMany` must answer with a list or a Map, received an object.'],
    [
      new Map([['1', 'one']]),
      "`loadMany` answered with a Map of 1 that has none of the keys asked for. Use the very keys that it was called with: `1` and `'1'` differ.",
    ],
    [[1, Promise.resolve(2)], '`loadMany` answered with promises where values belong.'],
    [new Map([[1, Promise.resolve(1)]]), '`loadMany` answered with promises where values belong.'],
  ])('an answer of %o is a clear error for all, and nothing is tried again', async (answer, message) => {
    const { batch, clock, call, sent } = batchBench({ retry: {} })
    const calls = [1, 2].map((key) => batch.load(key))
    const caught = Promise.allSettled(calls)
    await clock.advanceAsync(0)
    call(0).resolve(answer as never)
    for (const one of await caught) {
      expect(one).toMatchObject({ reason: { code: 'ERR_REQUEST_RESULT', message: expect.stringContaining(message) } })
    }
    expect(sent).toHaveLength(1)
  })

  test('a promise among the answers that fails is nobody’s, and does not end the process', async () => {
    const rows = batch((ids: readonly number[]) => ids.map((id) => Promise.reject(new Error(`lost ${id}`)) as never))
    await expect(rows.load(1)).rejects.toMatchObject({ code: 'ERR_REQUEST_RESULT' })
  })

  test('an empty Map is an answer: there is none of the keys', async () => {
    const { batch, clock, call } = batchBench()
    const found = batch.load(1)
    await clock.advanceAsync(0)
    call(0).resolve(new Map())
    expect(await found).toBeUndefined()
  })

  test('one that sorts or cuts its keys is a clear error, unless it answers with a Map', async () => {
    const sorts = batch(async (ids: readonly number[]) => (ids as number[]).sort((a, b) => a - b))
    const answers = outcomes([3, 1, 2].map((id) => sorts.load(id)))
    expect(new Set(await answers)).toEqual(
      new Set([
        '`loadMany` changed the list of its keys, so nobody can tell which answer is whose. Copy the list before you sort or cut it, or answer with a Map by key.'.replace(
          'loadMany',
          'anonymous',
        ),
      ]),
    )
    const maps = batch(async (ids: readonly number[]) => new Map((ids as number[]).splice(0).map((id) => [id, -id])))
    expect(await Promise.all([3, 1].map((id) => maps.load(id)))).toEqual([-3, -1])
  })

  test('one that hangs fails in time, is aborted, and makes room', async () => {
    const { batch, clock, contexts, call, sent } = batchBench({ concurrency: 1, timeout: '5s' })
    const hung = batch.load(1).catch((error: unknown) => error)
    await clock.advanceAsync(0)
    const next = batch.load(2)
    await clock.advanceAsync(5_000)
    expect(await hung).toMatchObject({
      code: 'ERR_REQUEST_TIMEOUT',
      message:
        '`loadMany` did not answer 1 keys within 5s. Listen to `signal` in it, raise `timeout`, and see that it waits for no load of its own.',
    })
    expect(contexts[0]?.signal.aborted).toBe(true)
    expect(sent).toEqual([[1], [2]])
    call(0).resolve(['too late'])
    call(1).resolve(['two'])
    expect(await next).toBe('two')
  })

  test('waits 30 seconds unless it is told otherwise', async () => {
    const { batch, clock } = batchBench()
    const hung = batch.load(1).catch(() => clock.monotonic())
    await clock.advanceAsync(60_000)
    expect(await hung).toBe(30_000)
  })

  test('a load of its own key from within is a clear error', async () => {
    const clock = createFakeClock()
    const users: Batch<number, number> = batch(
      async (ids: readonly number[]) => Promise.all(ids.map((id) => users.load(id))),
      { name: 'users', clock },
    )
    const call = users.load(1).catch((error: unknown) => error)
    await clock.advanceAsync(0)
    expect(await call).toMatchObject({
      code: 'ERR_REQUEST_CYCLE',
      message: expect.stringContaining('`users` was called for a key from within the call for that key'),
    })
  })

  test('a load of another key from within goes out in another batch', async () => {
    const clock = createFakeClock()
    const sent: (readonly number[])[] = []
    const parents: Batch<number, string> = batch(
      async (ids: readonly number[]) => {
        sent.push(ids)
        return Promise.all(
          ids.map(async (id): Promise<string> => (id === 0 ? '' : `${await parents.load(id - 1)}${id}`)),
        )
      },
      { clock },
    )
    const call = parents.load(3)
    await clock.advanceAsync(100)
    expect(await call).toBe('123')
    expect(sent).toEqual([[3], [2], [1], [0]])
  })

  test('a load from within that waits for its own place fails in time, with a hint', async () => {
    const clock = createFakeClock()
    const parents: Batch<number, number> = batch(
      async (ids: readonly number[]) => Promise.all(ids.map(async (id) => (id === 0 ? 0 : parents.load(id - 1)))),
      { clock, concurrency: 1, name: 'parents' },
    )
    const call = parents.load(1).catch((error: unknown) => error)
    await clock.advanceAsync(30_000)
    expect(await call).toMatchObject({
      code: 'ERR_REQUEST_TIMEOUT',
      message: expect.stringContaining('see that it waits for no load of its own'),
    })
  })

  test('refuses more keys than may wait', async () => {
    const { batch } = batchBench({ maxQueue: 2, maxBatch: 9 })
    void batch.load(1)
    void batch.load(2)
    void batch.load(2)
    await expect(batch.load(3)).rejects.toMatchObject({
      code: 'ERR_REQUEST_QUEUE_FULL',
      message: '`loadMany` was not called, because 2 keys wait already. Try again later, or raise `maxQueue`.',
    })
    await flush()
  })

  test('a `key` that throws rejects the load alone', async () => {
    const { batch, clock, sent } = batchBench({
      key: (key) => {
        if (key === 2) throw new Error('in key')
        return key
      },
    })
    void batch.load(1)
    await expect(batch.load(2)).rejects.toThrow('in key')
    await clock.advanceAsync(0)
    expect(sent).toEqual([[1]])
  })

  test.each<[unknown, string]>([
    [{ window: 0 }, '`window` must be positive, received 0. Leave it out to wait for the end of the turn.'],
    [{ window: -50 }, '`window` must not be negative, received -50.'],
    [{ window: Infinity }, "`window` must be finite, received Infinity. Use for example '50ms'."],
    [{ maxBatch: 0 }, '`maxBatch` must be a whole number of at least 1, received 0.'],
    [{ maxBatch: -1 }, '`maxBatch` must be a whole number of at least 1, received -1.'],
    [{ concurrency: 0 }, '`concurrency` must be a whole number of at least 1, received 0.'],
    [{ maxQueue: 0 }, '`maxQueue` must be a whole number of at least 1, received 0.'],
    [{ timeout: 0 }, '`timeout` must be positive, received 0. Use `false` for no limit.'],
    [{ timeout: -1 }, '`timeout` must not be negative, received -1.'],
    [{ retry: { attempts: 0 } }, '`retry.attempts` must be a whole number of at least 1, received 0.'],
    [{ retry: { delay: -1 } }, '`delay` must not be negative, received -1.'],
    [{ retry: true }, '`options of retry` must be an object, received true.'],
    [{ retry: { when: 1 } }, '`retry.when` must be a function, received 1.'],
    [{ isolate: 1 }, '`isolate` must be `true` or `false`, received 1.'],
    [{ maxEntries: -1 }, '`maxEntries` must be a whole number of at least 0, received -1.'],
    [
      { maxEntries: Infinity },
      '`maxEntries` must be a whole number of at least 0, received Infinity. Use for example 10.',
    ],
    [{ key: 'id' }, "`key` must be a function, received 'id'."],
    [null, '`options of batch` must be an object, received null.'],
  ])('refuses %o', (options, message) => {
    expect(() => batch(async (keys: readonly number[]) => keys, options as never)).toThrow(message)
  })

  test('refuses what is no function', () => {
    expect(() => batch(5 as never)).toThrow('`loadMany` must be a function, received 5.')
  })
})
