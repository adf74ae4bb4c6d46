import { createFakeClock, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { batch, type Clock, compose, createRequestEvents, currentCall, timeout } from '../src/index.ts'
import { batchBench, outcomes } from './batch-bench.ts'

describe('a batch', () => {
  test('collects the keys of a turn, each once, in the order in which they came', async () => {
    const { batch, clock, sent, answer } = batchBench()
    const calls = [3, 1, 3, 2].map((key) => batch.load(key))
    await clock.advanceAsync(0)
    expect(sent).toEqual([[3, 1, 2]])
    answer(0)
    expect(await Promise.all(calls)).toEqual([30, 10, 30, 20])
  })

  test('waits for the end of the turn where the clock knows it', async () => {
    const ends: (() => void)[] = []
    const fake = createFakeClock()
    const clock: Clock = { ...fake, endOfTurn: (callback) => void ends.push(callback) }
    const { batch, sent } = batchBench({ clock, timeout: false })
    void batch.load(1)
    await flush()
    void batch.load(2)
    expect([sent.length, fake.pending]).toEqual([0, 0])
    for (const end of ends.splice(0)) end()
    expect(sent).toEqual([[1, 2]])
    void batch.load(3)
    expect(ends).toHaveLength(1)
  })

  test('collects for a window where there is one', async () => {
    const { batch, clock, sent } = batchBench({ window: '50ms' })
    void batch.load(1)
    await clock.advanceAsync(49)
    void batch.load(2)
    expect(sent).toEqual([])
    await clock.advanceAsync(1)
    expect(sent).toEqual([[1, 2]])
    void batch.load(3)
    await clock.advanceAsync(50)
    expect(sent[1]).toEqual([3])
  })

  test('goes out at once when it is full, and the next one has a window of its own', async () => {
    const { batch, clock, sent } = batchBench({ window: '50ms', maxBatch: 2 })
    void batch.load(1)
    clock.advance(40)
    void batch.load(2)
    expect(sent).toEqual([[1, 2]])
    void batch.load(3)
    clock.advance(49)
    expect(sent).toHaveLength(1)
    clock.advance(1)
    expect(sent[1]).toEqual([3])
  })

  test('joins a key that is under way, and keeps nothing when it is answered', async () => {
    const { batch, clock, sent, answer } = batchBench()
    const first = batch.load(1)
    await clock.advanceAsync(0)
    const second = batch.load(1)
    await clock.advanceAsync(0)
    expect(sent).toHaveLength(1)
    answer(0)
    expect([await first, await second]).toEqual([10, 10])
    void batch.load(1)
    await clock.advanceAsync(0)
    expect(sent).toHaveLength(2)
  })

  test('a critical key takes along all that wait, at once', async () => {
    const { batch, sent } = batchBench({ window: '1s' })
    void batch.load(1)
    void batch.load(2, { priority: 'low' })
    void batch.load(3, { priority: 'critical' })
    await flush()
    expect(sent).toEqual([[3, 1, 2]])
  })

  test('critical keys that are asked for together go out together', async () => {
    const { batch, sent } = batchBench({ window: '1s' })
    void batch.loadMany([1, 2, 3], { priority: 'critical' })
    await flush()
    expect(sent).toEqual([[1, 2, 3]])
    void batch.load(4, { priority: 'critical' })
    await flush()
    expect(sent).toEqual([[1, 2, 3], [4]])
  })

  test('keys that look alike once encoded have answers of their own', async () => {
    const echo = batch(async (keys: readonly unknown[]) => keys, { clock: createFakeClock() })
    const keys = ['a:b', ['a', 'b'], '1', [1], { a: 1 }, [{ a: 1 }]]
    const answers = Promise.all(keys.map((key) => echo.load(key, { priority: 'critical' })))
    expect(await answers).toEqual(keys)
  })

  test('sends no more batches at a time than it may, the most urgent keys first', async () => {
    const { batch, clock, sent, answer } = batchBench({ maxBatch: 2, concurrency: 1 })
    void batch.load(1)
    void batch.load(2)
    for (const key of [3, 4, 5]) void batch.load(key)
    void batch.load(6, { priority: 'low' })
    void batch.load(7, { priority: 'high' })
    await clock.advanceAsync(1_000)
    expect(sent).toEqual([[1, 2]])
    for (const index of [0, 1, 2]) {
      answer(index)
      await flush()
    }
    expect(sent.slice(1)).toEqual([[7, 3], [4, 5], [6]])
  })

  test('what comes while others wait for a place goes out with them, without a window of its own', async () => {
    const { batch, sent, answer } = batchBench({ maxBatch: 2, concurrency: 1, window: '1h' })
    for (const key of [1, 2, 3, 4, 5]) void batch.load(key)
    answer(0)
    await flush()
    expect(sent).toEqual([
      [1, 2],
      [3, 4],
    ])
    answer(1)
    await flush()
    // Full batches cut it off: it was due with them.
    expect(sent[2]).toEqual([5])
  })

  test('a key that is asked for again with more urgency moves up, and is sent once', async () => {
    const { batch, sent, answer, clock } = batchBench({ maxBatch: 2, concurrency: 1 })
    void batch.load(1)
    void batch.load(2)
    for (const key of [3, 4, 5]) void batch.load(key)
    void batch.load(5, { priority: 'high' })
    void batch.load(4, { priority: 'low' })
    for (const index of [0, 1]) {
      await clock.advanceAsync(0)
      answer(index)
      await flush()
    }
    expect(sent).toEqual([[1, 2], [5, 3], [4]])
  })

  test('tells keys apart by what `key` answers', async () => {
    const seen: unknown[] = []
    const rows = batch(
      async (keys: readonly { id: number }[]) => {
        seen.push(keys)
        return keys.map(({ id }) => id)
      },
      { key: ({ id }) => id },
    )
    expect(await Promise.all([rows.load({ id: 1 }), rows.load({ id: 1 }), rows.load({ id: 2 })])).toEqual([1, 1, 2])
    expect(seen).toEqual([[{ id: 1 }, { id: 2 }]])
    const byData = batch(async (keys: readonly (readonly unknown[])[]) => keys.map((key) => key.length))
    const [one, same] = [byData.load(['a', 1]), byData.load(['a', 1])]
    expect(await one).toBe(await same)
    await expect(batch(async (keys: readonly unknown[]) => keys).load(new WeakMap())).rejects.toMatchObject({
      code: 'ERR_KEY_PART',
    })
  })

  test('takes a Map, where a key that is not in it is `undefined`', async () => {
    const { batch, clock, call } = batchBench()
    const calls = [1, 2, 3].map((key) => batch.load(key))
    await clock.advanceAsync(0)
    call(0).resolve(
      new Map<number, unknown>([
        [3, 'three'],
        [1, null],
        [9, 'not asked for'],
      ]),
    )
    expect(await Promise.all(calls)).toEqual([null, undefined, 'three'])
  })

  test('an Error in the answer is the failure of one key', async () => {
    const { batch, clock, call } = batchBench()
    const calls = [1, 2].map((key) => batch.load(key))
    await clock.advanceAsync(0)
    call(0).resolve([new Error('no such user'), 'two'])
    expect(await outcomes(calls)).toEqual(['no such user', 'two'])
  })

  test('loads many in their order, with Errors where a key failed', async () => {
    const { batch, clock, sent, call } = batchBench()
    const many = batch.loadMany(new Set([2, 1, 3]))
    await clock.advanceAsync(0)
    expect(sent).toEqual([[2, 1, 3]])
    call(0).resolve(['two', new Error('no such user'), null])
    expect(await many).toEqual(['two', new Error('no such user'), null])
    expect(await batch.loadMany([])).toEqual([])
    for (const keys of [5, 'text', undefined]) {
      await expect(batch.loadMany(keys as never)).rejects.toThrow('`keys` must be a list of keys, received')
    }
  })

  test('tells `loadMany` its attempt and signal, as `currentCall` does', async () => {
    let isCurrent = false
    const users = batch(async (keys: readonly number[], context) => {
      isCurrent = currentCall() === context && context.attempt === 1 && !context.signal.aborted
      return keys
    })
    await users.load(1)
    expect(isCurrent).toBe(true)
  })

  test('a load within a call with a time limit is detached by it', async () => {
    const { batch, clock, contexts, answer } = batchBench()
    const quick = compose((key: number) => batch.load(key), timeout('10ms', { clock }))
    const calls = [quick(1), batch.load(1), quick(2)]
    const answers = outcomes(calls)
    await clock.advanceAsync(10)
    expect(contexts[0]?.signal.aborted).toBe(false)
    answer(0)
    expect(await answers).toEqual([expect.stringContaining('took longer'), 10, expect.stringContaining('took longer')])
  })

  test('tells of each batch', async () => {
    const events = createRequestEvents()
    const told: unknown[] = []
    events.on('batch', (event) => told.push(event))
    const { batch, clock, call } = batchBench({ events, name: 'users' })
    const calls = [1, 2].map((key) => batch.load(key))
    await clock.advanceAsync(0)
    clock.advance(7)
    call(0).resolve(['one', new Error('no such user')])
    await outcomes(calls)
    expect(told).toEqual([{ type: 'batch', name: 'users', size: 2, failed: 1, attempt: 1, durationMs: 7 }])
  })

  test('leaves no timer behind', async () => {
    const { batch, clock, answer } = batchBench({ window: '50ms', maxBatch: 2, timeout: false })
    void batch.load(1)
    void batch.load(2)
    expect(clock.pending).toBe(0)
    answer(0)
    await flush()
    expect(clock.pending).toBe(0)
  })
})
