import { deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { createQueue, createRequestEvents, limit, type LimitOptions } from '../src/index.ts'

function make(options: LimitOptions) {
  const loader = deferredLoader<string, string>()
  const load = (name: string): Promise<string> => loader(name)
  const begun = (): string[] => loader.calls.map(({ argument }) => argument)
  return { loader, begun, fn: limit(load, options) }
}

describe('limit', () => {
  test('lets so many run at a time, the others wait in order', async () => {
    const { fn, begun, loader } = make({ concurrency: 2 })
    const calls = ['a', 'b', 'c', 'd'].map((name) => fn(name))
    expect([begun(), fn.running, fn.waiting]).toEqual([['a', 'b'], 2, 2])
    loader.at(1).resolve('B')
    await flush()
    expect([begun(), fn.running, fn.waiting]).toEqual([['a', 'b', 'c'], 2, 1])
    loader.at(0).reject(new Error('down'))
    await expect(calls[0]).rejects.toThrow('down')
    await flush()
    loader.at(2).resolve('C')
    loader.at(3).resolve('D')
    expect(await Promise.all(calls.slice(1))).toEqual(['B', 'C', 'D'])
    expect([fn.running, fn.waiting]).toEqual([0, 0])
  })

  test('lets the most urgent go first', async () => {
    const { fn, begun, loader } = make({ concurrency: 1 })
    void fn('running')
    for (const priority of ['low', 'normal', 'critical', 'high', 'critical'] as const)
      void fn.with({ priority })(priority)
    for (let done = 0; done < 5; done++) {
      loader.at(done).resolve('')
      await flush()
    }
    expect(begun()).toEqual(['running', 'critical', 'critical', 'high', 'normal', 'low'])
  })

  test('nobody slips in between one who leaves and the one whose turn it is', async () => {
    const { fn, begun, loader } = make({ concurrency: 1 })
    const first = fn('first').then(() => fn('late'))
    void fn('waiting')
    loader.at(0).resolve('')
    await flush()
    expect(begun()).toEqual(['first', 'waiting'])
    expect([fn.running, fn.waiting]).toEqual([1, 1])
    loader.at(1).resolve('')
    await flush()
    loader.at(2).resolve('')
    await first
  })

  test('a caller who leaves while it waits is not called for, and makes room', async () => {
    const { fn, begun, loader } = make({ concurrency: 1, maxQueue: 1 })
    const controller = new AbortController()
    void fn('a')
    const left = fn.with({ signal: controller.signal })('b')
    await expect(fn('c')).rejects.toMatchObject({ code: 'ERR_REQUEST_QUEUE_FULL' })
    controller.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    expect(fn.waiting).toBe(0)
    void fn('d')
    loader.at(0).resolve('')
    await flush()
    expect(begun()).toEqual(['a', 'd'])
  })

  test('a caller who leaves just when its turn comes is not called for, and the next one is', async () => {
    const { fn, begun, loader } = make({ concurrency: 1 })
    const controller = new AbortController()
    const first = fn('a')
    const left = fn.with({ signal: controller.signal })('b')
    void fn('c')
    left.catch(() => {})
    loader.at(0).resolve('')
    // Before the place that was given to it is taken.
    first.then(() => controller.abort(new Error('left')))
    await flush()
    expect(begun()).toEqual(['a', 'c'])
  })

  test('a caller who leaves while it runs keeps the place until the function is through', async () => {
    const { fn, loader } = make({ concurrency: 1 })
    const controller = new AbortController()
    const call = fn.with({ signal: controller.signal })('a')
    controller.abort(new Error('left'))
    await expect(call).rejects.toThrow('left')
    expect(fn.running).toBe(1)
    loader.at(0).resolve('')
    await flush()
    expect(fn.running).toBe(0)
  })

  test('refuses more than may wait', async () => {
    const { fn } = make({ concurrency: 1, maxQueue: 0 })
    void fn('a')
    await expect(fn('b')).rejects.toMatchObject({
      code: 'ERR_REQUEST_QUEUE_FULL',
      message: '`load` was not called, because 0 calls wait already. Try again later, or raise `maxQueue`.',
    })
  })

  test('one that throws at once gives its place back', async () => {
    const fn = limit(
      () => {
        throw new Error('at once')
      },
      { concurrency: 1 },
    )
    await expect(fn()).rejects.toThrow('at once')
    await flush()
    expect(fn.running).toBe(0)
    await expect(fn()).rejects.toThrow('at once')
  })

  test('a policy is one limit for all functions that it is put around', async () => {
    const policy = limit({ concurrency: 1 })
    const [one, other] = [deferredLoader<void>(), deferredLoader<void>()]
    const [a, b] = [policy(() => one(undefined)), policy(() => other(undefined))]
    void a()
    void b()
    expect([other.calls.length, policy.running, policy.waiting]).toEqual([0, 1, 1])
    one.at(0).resolve()
    await flush()
    expect(other.calls).toHaveLength(1)
  })

  test('long lines stay in order, with many who leave', async () => {
    const { fn, begun, loader } = make({ concurrency: 1 })
    void fn('first')
    const staying: string[] = ['first']
    for (let index = 0; index < 1_000; index++) {
      const controller = new AbortController()
      const call = fn.with({ signal: controller.signal })(`${index}`)
      call.catch(() => {})
      if (index % 3 === 0) controller.abort(new Error('left'))
      else staying.push(`${index}`)
    }
    for (let done = 0; done < staying.length; done++) {
      loader.at(done).resolve('')
      await flush(8)
    }
    expect(begun()).toEqual(staying)
  })

  test('tells who waits', async () => {
    const events = createRequestEvents()
    const told: unknown[] = []
    events.on('wait', (event) => told.push(event))
    const { fn } = make({ concurrency: 1, events })
    void fn('a')
    void fn('b')
    expect(told).toEqual([{ type: 'wait', name: 'load', waiting: 1 }])
  })

  test.each<[unknown, string]>([
    [
      { concurrency: 0 },
      '`concurrency` must be a whole number of at least 1, received 0. Use 1 or more, or `Infinity`.',
    ],
    [{ concurrency: -2 }, '`concurrency` must be a whole number of at least 1, received -2.'],
    [{}, '`concurrency` must be a whole number of at least 1, received undefined. Use for example 10.'],
    [{ concurrency: 1, maxQueue: -1 }, '`maxQueue` must be a whole number of at least 0, received -1.'],
    [undefined, '`options of limit` must be an object, received undefined. Pass `{ concurrency: 10 }`.'],
  ])('refuses %o', (options, message) => {
    expect(() => limit(options as never)).toThrow(message)
  })
})

describe('a queue', () => {
  test('does work when its turn comes, and says when it is idle', async () => {
    const queue = createQueue({ concurrency: 1 })
    const loader = deferredLoader<number>()
    let isIdle = false
    const answers = [queue.add(() => loader(1)), queue.add(() => 2, { priority: 'low' }), queue.add(() => 3)]
    queue.idle().then(() => {
      isIdle = true
    })
    expect([queue.running, queue.waiting]).toEqual([1, 2])
    await flush()
    expect(isIdle).toBe(false)
    loader.at(0).resolve(1)
    expect(await Promise.all(answers)).toEqual([1, 2, 3])
    await flush()
    expect(isIdle).toBe(true)
    await queue.idle()
  })

  test('is busy until work is through that its caller does not wait for any more', async () => {
    const queue = createQueue({ concurrency: 1 })
    const loader = deferredLoader<void>()
    const controller = new AbortController()
    const call = queue.add(() => loader(1), { signal: controller.signal })
    controller.abort(new Error('left'))
    await expect(call).rejects.toThrow('left')
    let isIdle = false
    queue.idle().then(() => {
      isIdle = true
    })
    await flush()
    expect(isIdle).toBe(false)
    loader.at(0).resolve()
    await flush()
    expect(isIdle).toBe(true)
  })

  test('refuses what is no work', () => {
    expect(() => createQueue({ concurrency: 1 }).add(5 as never)).toThrow(
      "`work` must be a function, received 5. Use for example `queue.add(() => load('a'))`.",
    )
  })
})
