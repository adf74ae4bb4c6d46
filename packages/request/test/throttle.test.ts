import { createFakeClock, createRandom } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { createRequestEvents, throttle, type ThrottleOptions } from '../src/index.ts'

function make(options: Partial<ThrottleOptions> = {}) {
  const clock = createFakeClock()
  const begun: (readonly [string, number])[] = []
  const send = async (name: string): Promise<string> => {
    begun.push([name, clock.monotonic()])
    return name
  }
  return { clock, begun, fn: throttle(send, { limit: 2, interval: '1s', clock, ...options }) }
}

describe('throttle', () => {
  test('lets so many begin in an interval, the others wait', async () => {
    const { fn, clock, begun } = make()
    const calls = ['a', 'b', 'c', 'd', 'e'].map((name) => fn(name))
    await clock.advanceAsync(5_000)
    expect(begun).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 1_000],
      ['d', 1_000],
      ['e', 2_000],
    ])
    expect(await Promise.all(calls)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(clock.pending).toBe(0)
  })

  test('says how many wait', async () => {
    const { fn, clock } = make()
    const policy = throttle({ limit: 1, interval: '1s', clock })
    const calls = ['a', 'b', 'c', 'd', 'e'].map((name) => fn(name))
    const other = policy(async () => 1)
    void other()
    void other()
    expect([fn.waiting, policy.waiting]).toEqual([3, 1])
    await clock.advanceAsync(1_000)
    expect([fn.waiting, policy.waiting]).toEqual([1, 0])
    await clock.advanceAsync(1_000)
    await Promise.all(calls)
    expect(fn.waiting).toBe(0)
  })

  test('has no burst at the border of an interval', async () => {
    const { fn, clock, begun } = make()
    clock.advance(900)
    void fn('a')
    void fn('b')
    clock.advance(100)
    void fn('c')
    await clock.advanceAsync(1_000)
    expect(begun.at(-1)).toEqual(['c', 1_900])
  })

  test('no interval ever has more than the limit, whenever calls come', async () => {
    const random = createRandom(7)
    const { fn, clock, begun } = make({ limit: 3, interval: 100 })
    for (let call = 0; call < 300; call++) {
      void fn('x')
      await clock.advanceAsync(Math.floor(random() ** 3 * 90))
    }
    await clock.advanceAsync(100_000)
    expect(begun).toHaveLength(300)
    for (const [index, [, at]] of begun.entries()) {
      const third = begun[index + 3]
      if (third !== undefined) expect(third[1] - at).toBeGreaterThanOrEqual(100)
    }
  })

  test('lets the most urgent go first', async () => {
    const { fn, clock, begun } = make({ limit: 1 })
    void fn('first')
    void fn('normal')
    void fn.with({ priority: 'high' })('high')
    await clock.advanceAsync(5_000)
    expect(begun.map(([name]) => name)).toEqual(['first', 'high', 'normal'])
  })

  test('a caller who leaves while it waits takes nobody’s place', async () => {
    const { fn, clock, begun } = make({ limit: 1 })
    const controller = new AbortController()
    void fn('a')
    const left = fn.with({ signal: controller.signal })('b')
    void fn('c')
    controller.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    await clock.advanceAsync(1_000)
    expect(begun).toEqual([
      ['a', 0],
      ['c', 1_000],
    ])
  })

  test('refuses more than may wait, and tells who waits', async () => {
    const events = createRequestEvents()
    const told: unknown[] = []
    events.on('wait', (event) => told.push(event))
    const { fn } = make({ limit: 1, maxQueue: 1, events })
    void fn('a')
    void fn('b')
    await expect(fn('c')).rejects.toMatchObject({ code: 'ERR_REQUEST_QUEUE_FULL' })
    expect(told).toContainEqual({ type: 'wait', name: 'send', waiting: 1 })
  })

  test.each<[unknown, string]>([
    [{ limit: 0, interval: 1 }, '`limit` must be a whole number of at least 1, received 0. Use for example 10.'],
    [{ limit: -1, interval: 1 }, '`limit` must be a whole number of at least 1, received -1.'],
    [
      { limit: Infinity, interval: 1 },
      '`limit` must be a whole number of at least 1, received Infinity. Use for example 10.',
    ],
    [{ interval: 1 }, '`limit` must be a whole number of at least 1, received undefined.'],
    [{ limit: 1, interval: 0 }, "`interval` must be a duration above 0 and finite, received 0. Use for example '1s'."],
    [{ limit: 1, interval: -5 }, '`interval` must be a duration above 0 and finite, received -5.'],
    [
      { limit: 1, interval: Infinity },
      "`interval` must be a duration above 0 and finite, received Infinity. Use for example '1s'.",
    ],
    [{ limit: 1 }, "`interval` must be a duration above 0 and finite, received undefined. Use for example '1s'."],
  ])('refuses %o', (options, message) => {
    expect(() => throttle(options as never)).toThrow(message)
  })
})
