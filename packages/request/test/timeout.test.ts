import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type Clock, createRequestEvents, currentCall, timeout } from '../src/index.ts'

function hanging() {
  const clock = createFakeClock()
  const signals: AbortSignal[] = []
  const held = deferred<string>()
  async function load(): Promise<string> {
    signals.push(currentCall().signal)
    return held.promise
  }
  return { clock, signals, held, load }
}

describe('timeout', () => {
  test('fails a call that is too slow, and aborts it', async () => {
    const { clock, signals, load } = hanging()
    const call = timeout(load, '2s', { clock })()
    const caught = call.catch((error: unknown) => error)
    await clock.advanceAsync(1_999)
    expect(signals[0]?.aborted).toBe(false)
    await clock.advanceAsync(1)
    expect(signals[0]?.aborted).toBe(true)
    expect(await caught).toMatchObject({
      code: 'ERR_REQUEST_TIMEOUT',
      message: '`load` took longer than 2s. Listen to `currentCall().signal` in it, or raise the timeout.',
      context: { name: 'load', timeoutMs: 2_000 },
    })
    expect(signals[0]?.reason).toBe(await caught)
  })

  test('passes on what comes in time, answers and errors', async () => {
    const clock = createFakeClock()
    const answer = timeout(async (id: number) => id, '2s', { clock })
    expect(await answer(42)).toBe(42)
    const fail = timeout(
      () => {
        throw new Error('at once')
      },
      '2s',
      { clock },
    )
    await expect(fail()).rejects.toThrow('at once')
  })

  test('ends calls in their order, each after its own time, and lets the others be', async () => {
    const clock = createFakeClock()
    const held = deferred<string>()
    const endedAt: (readonly [number, number])[] = []
    const fn = timeout((waits: boolean) => (waits ? new Promise<never>(() => {}) : held.promise), '10ms', { clock })
    const begin = (id: number, waits: boolean): void => {
      fn(waits).then(
        () => endedAt.push([-id, clock.monotonic()]),
        () => endedAt.push([id, clock.monotonic()]),
      )
    }
    begin(1, true)
    clock.advance(3)
    begin(2, false)
    begin(3, true)
    clock.advance(3)
    begin(4, true)
    held.resolve('in time')
    await clock.advanceAsync(100)
    expect(endedAt).toEqual([
      [-2, 6],
      [1, 10],
      [3, 13],
      [4, 16],
    ])
    expect(clock.pending).toBe(0)
  })

  test('a late answer or error harms nobody', async () => {
    const { clock, held, load } = hanging()
    const call = timeout(load, '2s', { clock })()
    const caught = call.catch((error: { code: string }) => error.code)
    await clock.advanceAsync(2_000)
    held.reject(new Error('late'))
    await flush()
    expect(await caught).toBe('ERR_REQUEST_TIMEOUT')
  })

  test('false and Infinity set no limit', async () => {
    const { clock, held, load } = hanging()
    const calls = [timeout(load, false, { clock })(), timeout(load, Infinity, { clock })()]
    expect(clock.pending).toBe(0)
    held.resolve('done')
    expect(await Promise.all(calls)).toEqual(['done', 'done'])
  })

  test('tells of it', async () => {
    const { clock, load } = hanging()
    const events = createRequestEvents()
    const told: unknown[] = []
    events.on('timeout', (event) => told.push(event))
    const call = timeout(load, '2s', { clock, events, name: 'cities' })()
    call.catch(() => {})
    await clock.advanceAsync(2_000)
    expect(told).toEqual([{ type: 'timeout', name: 'cities', timeoutMs: 2_000 }])
  })

  test('calls that are over before the turn is cost no timer and no look at the clock', async () => {
    const ends: (() => void)[] = []
    let [looks, timers] = [0, 0]
    const fake = createFakeClock()
    const clock: Clock = {
      now: () => fake.now(),
      monotonic: () => {
        looks++
        return fake.monotonic()
      },
      after: (ms, callback) => {
        timers++
        return fake.after(ms, callback)
      },
      endOfTurn: (callback) => void ends.push(callback),
    }
    const fn = timeout(async (held?: Promise<void>) => held, '2s', { clock })
    await Promise.all([fn(), fn(), fn()])
    expect([looks, timers, ends.length]).toEqual([0, 0, 1])
    ends.pop()?.()
    expect([looks, timers]).toEqual([1, 0])

    // What goes on into the next turn is timed from the end of its own.
    const slow = fn(new Promise<void>(() => {})).catch(() => fake.monotonic())
    fake.advance(5)
    ends.pop()?.()
    await fake.advanceAsync(5_000)
    expect(await slow).toBe(2_005)
    expect([looks, timers, ends.length]).toEqual([3, 1, 0])
  })

  test('one who begins when a limit ends is timed as well', async () => {
    const { clock, load } = hanging()
    const fn = timeout(load, '1s', { clock })
    const endedAt: number[] = []
    const again = (left: number): Promise<unknown> =>
      fn().catch(() => {
        endedAt.push(clock.monotonic())
        return left > 0 ? again(left - 1) : undefined
      })
    void again(2)
    await clock.advanceAsync(10_000)
    expect(endedAt).toEqual([1_000, 2_000, 3_000])
  })

  test.each<[unknown, string]>([
    [0, '`timeout` must be positive, received 0. Use `false` for no limit.'],
    [-1, '`timeout` must not be negative, received -1.'],
    ['2 sec', "`timeout` must be a duration, received '2 sec'."],
    [
      undefined,
      "`timeout` must be a duration, or `false` for no limit, received undefined. Use for example `timeout(load, '2s')`.",
    ],
    [
      null,
      "`timeout` must be a duration, or `false` for no limit, received null. Use for example `timeout(load, '2s')`.",
    ],
    [true, '`timeout` must be a duration, or `false` for no limit, received true.'],
  ])('refuses %o', (limit, message) => {
    expect(() => timeout(async () => 1, limit as never)).toThrow(message)
  })
})
