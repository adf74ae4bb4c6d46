import { flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { createRequestEvents, HttpError } from '../src/index.ts'
import { batchBench, outcomes } from './batch-bench.ts'

describe('a caller of a batch who leaves', () => {
  test('before it asks is not asked for', async () => {
    const { batch, clock, sent } = batchBench()
    await expect(batch.load(1, { signal: AbortSignal.abort(new Error('left')) })).rejects.toThrow('left')
    await clock.advanceAsync(0)
    expect([sent, clock.pending]).toEqual([[], 0])
  })

  test('while it waits is left out, unless somebody else wants the key', async () => {
    const { batch, clock, sent } = batchBench()
    const controller = new AbortController()
    const { signal } = controller
    const calls = [batch.load(1, { signal }), batch.load(2, { signal }), batch.load(2)]
    const left = outcomes(calls.slice(0, 2))
    controller.abort(new Error('left'))
    expect(await left).toEqual(['left', 'left'])
    await clock.advanceAsync(0)
    expect(sent).toEqual([[2]])
  })

  test('as the only one leaves no batch and no timer', async () => {
    const { batch, clock, sent } = batchBench({ window: '50ms' })
    const controller = new AbortController()
    const call = batch.load(1, { signal: controller.signal })
    controller.abort(new Error('left'))
    await expect(call).rejects.toThrow('left')
    expect(clock.pending).toBe(0)
    void batch.load(2)
    await clock.advanceAsync(50)
    expect(sent).toEqual([[2]])
  })

  test('while it is under way is detached, and the batch goes on for the others', async () => {
    const { batch, clock, contexts, answer } = batchBench()
    const controller = new AbortController()
    const left = batch.load(1, { signal: controller.signal })
    const stays = batch.load(2)
    await clock.advanceAsync(0)
    controller.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    expect(contexts[0]?.signal.aborted).toBe(false)
    answer(0)
    expect(await stays).toBe(20)
  })

  test('as the last one aborts the batch, gives its place back, and a later load asks anew', async () => {
    const { batch, clock, contexts, sent, call, answer } = batchBench({ concurrency: 1 })
    const controllers = [new AbortController(), new AbortController()]
    const calls = controllers.map(({ signal }, index) => batch.load(index, { signal }))
    const left = outcomes(calls)
    await clock.advanceAsync(0)
    controllers[0]?.abort(new Error('one left'))
    expect(contexts[0]?.signal.aborted).toBe(false)
    controllers[1]?.abort(new Error('other left'))
    expect(contexts[0]?.signal.reason).toEqual(new Error('other left'))
    expect(await left).toEqual(['one left', 'other left'])
    const again = batch.load(0)
    await clock.advanceAsync(0)
    expect(sent).toEqual([[0, 1], [0]])
    call(0).reject(new Error('aborted'))
    answer(1)
    expect(await again).toBe(0)
  })

  test('after its answer changes nothing', async () => {
    const { batch, clock, contexts, answer } = batchBench()
    const controller = new AbortController()
    const call = batch.load(1, { signal: controller.signal })
    await clock.advanceAsync(0)
    answer(0)
    expect(await call).toBe(10)
    controller.abort()
    expect(contexts[0]?.signal.aborted).toBe(false)
  })

  test('of many leaves them all', async () => {
    const { batch, clock, sent } = batchBench()
    const controller = new AbortController()
    const many = batch.loadMany([1, 2], { signal: controller.signal })
    controller.abort(new Error('left'))
    await expect(many).rejects.toThrow('left')
    await clock.advanceAsync(0)
    expect(sent).toEqual([])
  })

  test('lets go of the signal', async () => {
    const { batch, clock, answer } = batchBench()
    const { signal } = new AbortController()
    let listeners = 0
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }
    const calls = [batch.load(1, { signal }), batch.loadMany([1, 2], { signal })]
    await clock.advanceAsync(0)
    answer(0)
    await Promise.all(calls)
    expect(listeners).toBe(0)
  })

  test('with something that is no signal gets an error', async () => {
    const { batch } = batchBench()
    await expect(batch.load(1, { signal: {} as never })).rejects.toThrow('`signal` must be an AbortSignal')
    await expect(batch.load(1, { priority: 'urgent' as never })).rejects.toThrow('`priority` must be one of')
  })
})

describe('a batch that retries', () => {
  const retry = { attempts: 3, jitter: false }

  test('asks again for the keys that failed, and only those', async () => {
    const events = createRequestEvents()
    const told: unknown[] = []
    events.on('retry', (event) => told.push(event))
    const { batch, clock, sent, contexts, call, answer } = batchBench({ retry, events })
    const calls = [1, 2, 3].map((key) => batch.load(key))
    const answers = outcomes(calls)
    await clock.advanceAsync(0)
    call(0).resolve([new Error('busy'), 'two', new Error('busy')])
    await flush()
    expect(await calls[1]).toBe('two')
    await clock.advanceAsync(99)
    expect(sent).toHaveLength(1)
    await clock.advanceAsync(1)
    expect(sent[1]).toEqual([1, 3])
    expect(contexts[1]?.attempt).toBe(2)
    call(1).resolve([new Error('busy'), 'three'])
    await clock.advanceAsync(200)
    expect(sent[2]).toEqual([1])
    answer(2)
    expect(await answers).toEqual([10, 'two', 'three'])
    expect(told).toEqual([
      { type: 'retry', name: 'loadMany', attempt: 2, delayMs: 100 },
      { type: 'retry', name: 'loadMany', attempt: 3, delayMs: 200 },
    ])
  })

  test('asks again for all when it failed as a whole, and gives up after the last attempt', async () => {
    const { batch, clock, sent, call } = batchBench({ retry: { ...retry, attempts: 2 }, isolate: false })
    const calls = outcomes([1, 2].map((key) => batch.load(key)))
    await clock.advanceAsync(0)
    call(0).reject(new Error('down'))
    await clock.advanceAsync(100)
    expect(sent).toEqual([
      [1, 2],
      [1, 2],
    ])
    call(1).reject(new Error('still down'))
    expect(await calls).toEqual(['still down', 'still down'])
  })

  test('does not for errors that will stay, and waits as long as it is told', async () => {
    const { batch, clock, sent, call } = batchBench({ retry })
    const calls = outcomes([1, 2].map((key) => batch.load(key)))
    await clock.advanceAsync(0)
    const gone = new HttpError('ERR_HTTP_STATUS', 'gone', { status: 404, headers: {} })
    const busy = new HttpError('ERR_HTTP_STATUS', 'busy', { status: 429, headers: { 'retry-after': '3' } })
    call(0).resolve([gone, busy])
    await clock.advanceAsync(2_999)
    expect(sent).toHaveLength(1)
    await clock.advanceAsync(1)
    expect(sent[1]).toEqual([2])
    call(1).resolve([new HttpError('ERR_HTTP_STATUS', 'too busy', { status: 429, headers: { 'retry-after': '3600' } })])
    expect(await calls).toEqual(['gone', 'too busy'])
  })

  test('new keys do not wait for those that are asked for again, and are not mixed with them', async () => {
    const { batch, clock, sent, call } = batchBench({ retry })
    void batch.load(1)
    await clock.advanceAsync(0)
    call(0).resolve([new Error('busy')])
    await flush()
    void batch.load(2)
    const joined = batch.load(1)
    await clock.advanceAsync(0)
    expect(sent).toEqual([[1], [2]])
    await clock.advanceAsync(100)
    expect(sent[2]).toEqual([1])
    call(2).resolve(['one'])
    expect(await joined).toBe('one')
  })

  test('forgets keys that nobody waits for any more, and their timer', async () => {
    const { batch, clock, sent, call } = batchBench({ retry, timeout: false })
    const controller = new AbortController()
    const left = batch.load(1, { signal: controller.signal })
    await clock.advanceAsync(0)
    call(0).resolve([new Error('busy')])
    await flush()
    expect(clock.pending).toBe(1)
    controller.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    expect(clock.pending).toBe(0)
    await clock.advanceAsync(1_000)
    expect(sent).toHaveLength(1)
  })

  test('takes a place for another attempt as for any other batch', async () => {
    const { batch, clock, sent, call, answer } = batchBench({ retry, concurrency: 1 })
    void batch.load(1)
    await clock.advanceAsync(0)
    call(0).resolve([new Error('busy')])
    await flush()
    void batch.load(2)
    await clock.advanceAsync(100)
    expect(sent).toEqual([[1], [2]])
    answer(1)
    await flush()
    expect(sent[2]).toEqual([1])
  })
})
