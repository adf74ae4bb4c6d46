/** Wrappers of other packages as policies, with the real p-throttle, p-memoize and p-queue. */
import { deferred } from '@hotpath/testkit'
import pMemoize from 'p-memoize'
import PQueue from 'p-queue'
import pThrottle from 'p-throttle'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { compose, currentCall, limit, policyOf, retry } from '../src/index.ts'
import { settled } from './settled.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('p-throttle', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const throttled = () => {
    const made: string[] = []
    const load = compose(
      async (id: number) => {
        const { priority, attempt, signal } = currentCall()
        made.push(`${id} ${priority} ${attempt} ${signal.aborted}`)
        return id
      },
      policyOf(pThrottle({ limit: 1, interval: 100 })),
    )
    return { load, made }
  }

  test('calls with the priority of each caller, also when it calls later', async () => {
    const { load, made } = throttled()
    const all = Promise.all([load(1), load.with({ priority: 'high' })(2), load.with({ priority: 'low' })(3)])
    await vi.advanceTimersByTimeAsync(300)
    expect(await all).toEqual([1, 2, 3])
    expect(made).toEqual(['1 undefined 1 false', '2 high 1 false', '3 low 1 false'])
  })

  test('does not call for a caller that has left while it waited', async () => {
    const { load, made } = throttled()
    const controller = new AbortController()
    const first = load(1)
    const second = settled(load.with({ signal: controller.signal })(2))
    const third = load(3)
    controller.abort(new Error('left'))
    await vi.advanceTimersByTimeAsync(0)
    expect(second.state).toContain('left')
    await vi.advanceTimersByTimeAsync(300)
    expect(await Promise.all([first, third])).toEqual([1, 3])
    expect(made).toEqual(['1 undefined 1 false', '3 undefined 1 false'])
  })

  test('knows which attempt it is', async () => {
    const attempts: number[] = []
    const load = compose(
      async () => {
        attempts.push(currentCall().attempt)
        if (attempts.length < 3) throw new Error('busy')
        return 'ok'
      },
      retry({ attempts: 3, delay: 0 }),
      policyOf(pThrottle({ limit: 1, interval: 100 })),
    )
    const answer = load()
    await vi.advanceTimersByTimeAsync(300)
    expect([await answer, attempts]).toEqual(['ok', [1, 2, 3]])
  })

  test('without it, what is called later knows nothing of its caller', async () => {
    const priorities: unknown[] = []
    const load = compose(
      async (id: number) => void priorities.push([id, currentCall().priority]),
      limit({ concurrency: 10 }),
      (fn) => pThrottle({ limit: 1, interval: 100 })(fn),
    )
    void load(1)
    const second = load.with({ priority: 'high' })(2)
    await vi.advanceTimersByTimeAsync(300)
    await second
    expect(priorities).toEqual([
      [1, undefined],
      [2, undefined],
    ])
  })
})

describe('p-memoize', () => {
  test('a caller that leaves does not take the call away from others', async () => {
    const gate = deferred<string>()
    const signals: AbortSignal[] = []
    const load = compose(
      (id: number) => {
        expect(id).toBe(1)
        signals.push(currentCall().signal)
        return gate.promise
      },
      policyOf((fn) => pMemoize(fn)),
    )
    const controller = new AbortController()
    const first = settled(load.with({ signal: controller.signal })(1))
    const second = settled(load(1))
    await turn()
    controller.abort(new Error('left'))
    await turn()
    expect([first.state, signals[0]?.aborted]).toEqual([expect.stringContaining('left'), false])
    gate.resolve('value')
    await turn()
    expect([second.state, signals.length]).toEqual(['answered value', 1])
  })

  test('the call is aborted when all callers have left', async () => {
    const signals: AbortSignal[] = []
    const load = compose(
      (id: number) => {
        expect(id).toBe(1)
        signals.push(currentCall().signal)
        return new Promise<never>(() => {})
      },
      policyOf((fn) => pMemoize(fn)),
    )
    const [one, other] = [new AbortController(), new AbortController()]
    load
      .with({ signal: one.signal })(1)
      .catch(() => {})
    load
      .with({ signal: other.signal })(1)
      .catch(() => {})
    await turn()
    one.abort()
    await turn()
    expect(signals[0]?.aborted).toBe(false)
    other.abort()
    await turn()
    expect(signals[0]?.aborted).toBe(true)
  })

  test('calls that a `cacheKey` makes one are one by the same `key`', async () => {
    const gate = deferred<string>()
    const signals: AbortSignal[] = []
    const load = compose(
      ({ id }: { readonly id: number }) => {
        expect(id).toBe(1)
        signals.push(currentCall().signal)
        return gate.promise
      },
      policyOf(
        (fn: (query: { readonly id: number }) => Promise<unknown>) => pMemoize(fn, { cacheKey: ([{ id }]) => id }),
        {
          key: ({ id }) => id,
        },
      ),
    )
    const controller = new AbortController()
    load
      .with({ signal: controller.signal })({ id: 1 })
      .catch(() => {})
    const second = load({ id: 1 })
    await turn()
    controller.abort()
    await turn()
    expect(signals[0]?.aborted).toBe(false)
    gate.resolve('value')
    expect(await second).toBe('value')
  })
})

describe('p-queue', () => {
  const queued = (fn: (id: number) => Promise<unknown>) => {
    const queue = new PQueue({ concurrency: 1 })
    return (id: number) => queue.add(() => fn(id))
  }

  test('calls with the priority and the `this` of each caller, and not for those that have left', async () => {
    const gate = deferred()
    const made: string[] = []
    const table = {
      name: 'cities',
      load: compose(async function load(this: { readonly name: string }, id: number) {
        made.push(`${this.name} ${id} ${currentCall().priority}`)
        await gate.promise
        return id
      }, policyOf(queued)),
    }
    const controller = new AbortController()
    const first = table.load(1)
    const left = settled(table.load.with({ signal: controller.signal }).call(table, 2))
    const third = table.load.with({ priority: 'low' }).call(table, 3)
    await turn()
    controller.abort(new Error('left'))
    gate.resolve()
    expect(await Promise.all([first, third])).toEqual([1, 3])
    expect(left.state).toContain('left')
    expect(made).toEqual(['cities 1 undefined', 'cities 3 low'])
  })

  test('callers with equal arguments are called for one after another', async () => {
    const made: unknown[] = []
    const load = compose(async (id: number) => made.push([id, currentCall().priority]), policyOf(queued))
    const all = [load.with({ priority: 'high' })(1), load.with({ priority: 'low' })(1), load(1)]
    expect(await Promise.all(all)).toEqual([1, 2, 3])
    expect(made).toEqual([
      [1, 'high'],
      [1, 'low'],
      [1, undefined],
    ])
  })
})

test('a wrapper that calls out of order calls for the caller with the same arguments', async () => {
  const made: unknown[] = []
  const calls: (() => void)[] = []
  const held = (fn: (table: string, id: number) => Promise<unknown>) => (table: string, id: number) =>
    new Promise((resolve, reject) => calls.unshift(() => void fn(table, id).then(resolve, reject)))
  const load = compose(async (table: string, id: number) => {
    made.push([table, id, currentCall().priority])
    return id
  }, policyOf(held))
  const controller = new AbortController()
  const one = load.with({ priority: 'low' })('users', 1)
  const two = load.with({ priority: 'high' })('users', 2)
  const left = load.with({ signal: controller.signal })('cities', 3)
  controller.abort(new Error('left'))
  for (const call of calls) call()
  await expect(left).rejects.toThrow('left')
  expect(await Promise.all([one, two])).toEqual([1, 2])
  expect(made).toEqual([
    ['users', 2, 'high'],
    ['users', 1, 'low'],
  ])
})

test('what is no function, makes none, or has another option is refused', () => {
  expect(() => policyOf(5 as never)).toThrow('`wrap` must be a function')
  expect(() => compose(async () => 1, policyOf((() => 5) as never))).toThrow('`wrap` must be a function')
  expect(() => policyOf((fn) => fn, { keys: () => 1 } as never)).toThrow('Did you mean `key`')
})
