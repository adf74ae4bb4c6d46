import { createFakeClock, createRandom, deferred, flush } from '@hotpath/testkit'
import { ConfigError } from '@hotpath/contract'
import { describe, expect, test } from 'vitest'
import {
  createRequestEvents,
  currentCall,
  HttpError,
  isRetryable,
  RequestError,
  retry,
  type RetryOptions,
} from '../src/index.ts'

/** A function that fails so often before it succeeds, retried on virtual time. */
function flaky(failures: number, options: RetryOptions = {}, error: unknown = new Error('busy')) {
  const clock = createFakeClock()
  const calledAt: number[] = []
  const attempts: number[] = []
  const fn = retry(
    async function load(): Promise<string> {
      calledAt.push(clock.monotonic())
      attempts.push(currentCall().attempt)
      if (calledAt.length <= failures) throw error
      return 'done'
    },
    { clock, jitter: false, ...options },
  )
  return { clock, calledAt, attempts, fn }
}

/** Lets everything happen, and answers what came of it. */
async function outcome(call: Promise<unknown>, clock: { advanceAsync(ms: number): Promise<void> }): Promise<unknown> {
  const caught = call.then(
    (value) => value,
    (error: unknown) => error,
  )
  await clock.advanceAsync(1_000_000)
  return caught
}

describe('retry', () => {
  test('calls again until it succeeds, with delays that double', async () => {
    const { fn, clock, calledAt, attempts } = flaky(3, { attempts: 5 })
    expect(await outcome(fn(), clock)).toBe('done')
    expect(calledAt).toEqual([0, 100, 300, 700])
    expect(attempts).toEqual([1, 2, 3, 4])
    expect(clock.pending).toBe(0)
  })

  test('fails with the last error, untouched, when no attempt is left', async () => {
    const error = new Error('down')
    const { fn, clock, calledAt } = flaky(9, {}, error)
    expect(await outcome(fn(), clock)).toBe(error)
    expect(calledAt).toHaveLength(3)
  })

  test('takes delay, factor and maxDelay', async () => {
    const { fn, clock, calledAt } = flaky(4, { attempts: 5, delay: '1s', factor: 3, maxDelay: '5s' })
    await outcome(fn(), clock)
    expect(calledAt).toEqual([0, 1_000, 4_000, 9_000, 14_000])
  })

  test('tries again at once however often, where there is no delay', async () => {
    const events = createRequestEvents()
    const delays = new Set<number>()
    events.on('retry', ({ delayMs }) => delays.add(delayMs))
    const { fn, clock, attempts } = flaky(1_100, { attempts: Number.POSITIVE_INFINITY, delay: 0, events })
    expect(await outcome(fn(), clock)).toBe('done')
    expect([attempts.length, [...delays]]).toEqual([1_101, [0]])
  })

  test('draws each delay between nothing and its length, unless told not to', async () => {
    const random = createRandom(1)
    const { fn, clock, calledAt } = flaky(2, { jitter: true, random: () => 0.25 })
    await outcome(fn(), clock)
    expect(calledAt).toEqual([0, 25, 75])
    const drawn = flaky(50, { jitter: true, random, attempts: 51, factor: 1, delay: 1_000 })
    await outcome(drawn.fn(), drawn.clock)
    const delays = drawn.calledAt.slice(1).map((at, index) => at - (drawn.calledAt[index] ?? 0))
    expect(Math.max(...delays)).toBeLessThanOrEqual(1_000)
    expect(Math.min(...delays)).toBeLessThan(200)
    expect(Math.max(...delays)).toBeGreaterThan(800)
  })

  test('retries what throws at once, and passes a plain value on', async () => {
    const clock = createFakeClock()
    let calls = 0
    const fn = retry(
      (word: string) => {
        if (++calls === 1) throw new Error('at once')
        return word
      },
      { clock },
    )
    expect(await outcome(fn('done'), clock)).toBe('done')
    expect(calls).toBe(2)
  })

  test('keeps `this` and the arguments for each attempt', async () => {
    const clock = createFakeClock()
    let calls = 0
    const service = {
      word: 'hello',
      greet: retry(
        async function greet(this: { word: string }, name: string) {
          if (++calls < 3) throw new Error('busy')
          return `${this.word} ${name}`
        },
        { clock },
      ),
    }
    expect(await outcome(service.greet('ann'), clock)).toBe('hello ann')
  })

  test('asks `when`, which may take its time, and may throw', async () => {
    const asked: unknown[] = []
    const one = flaky(5, {
      when: async (error, attempt) => {
        asked.push([(error as Error).message, attempt])
        return attempt < 2
      },
    })
    expect(await outcome(one.fn(), one.clock)).toEqual(new Error('busy'))
    expect(asked).toEqual([
      ['busy', 1],
      ['busy', 2],
    ])
    const other = flaky(5, {
      when: () => {
        throw new Error('in when')
      },
    })
    expect(await outcome(other.fn(), other.clock)).toEqual(new Error('in when'))
  })

  test('begins no attempt after `maxTime`', async () => {
    const { fn, clock, calledAt } = flaky(9, { attempts: 9, delay: '1s', factor: 1, maxTime: '3s' })
    expect(await outcome(fn(), clock)).toEqual(new Error('busy'))
    expect(calledAt).toEqual([0, 1_000, 2_000])
  })

  test('waits as long as Retry-After says, and gives up when that is too long', async () => {
    const status = (after: string) =>
      new HttpError('ERR_HTTP_STATUS', 'busy', { status: 429, headers: { 'retry-after': after } })
    const one = flaky(1, {}, status('7'))
    await outcome(one.fn(), one.clock)
    expect(one.calledAt).toEqual([0, 7_000])
    const date = flaky(1, {}, status(new Date(Date.UTC(2030, 0, 1, 0, 0, 9)).toUTCString()))
    await outcome(date.fn(), date.clock)
    expect(date.calledAt).toEqual([0, 9_000])
    const long = flaky(1, {}, status('31'))
    expect(await outcome(long.fn(), long.clock)).toMatchObject({ status: 429 })
    expect(long.calledAt).toEqual([0])
    const ignored = flaky(1, { retryAfter: false }, status('31'))
    await outcome(ignored.fn(), ignored.clock)
    expect(ignored.calledAt).toEqual([0, 100])
  })

  test('a caller who leaves while it waits ends it at once, and no timer stays', async () => {
    const { fn, clock, calledAt } = flaky(9)
    const controller = new AbortController()
    const call = fn.with({ signal: controller.signal })()
    await flush()
    expect(clock.pending).toBe(1)
    controller.abort(new Error('left'))
    await expect(call).rejects.toThrow('left')
    expect(clock.pending).toBe(0)
    await clock.advanceAsync(10_000)
    expect(calledAt).toEqual([0])
  })

  test('a caller who leaves during an attempt is answered at once, and no other attempt begins', async () => {
    const clock = createFakeClock()
    const held = deferred()
    const signals: AbortSignal[] = []
    const fn = retry(
      () => {
        signals.push(currentCall().signal)
        return held.promise
      },
      { clock },
    )
    const controller = new AbortController()
    const call = fn.with({ signal: controller.signal })()
    controller.abort(new Error('left'))
    await expect(call).rejects.toThrow('left')
    expect(signals[0]?.aborted).toBe(true)
    held.reject(new Error('late'))
    await clock.advanceAsync(10_000)
    expect(signals).toHaveLength(1)
  })

  test('starts counting anew within an attempt of another retry', async () => {
    const clock = createFakeClock()
    const attempts: number[] = []
    const inner = retry(
      async () => {
        attempts.push(currentCall().attempt)
        throw new Error('busy')
      },
      { clock, attempts: 2, jitter: false },
    )
    await outcome(retry(inner, { clock, attempts: 2, jitter: false })(), clock)
    expect(attempts).toEqual([1, 2, 1, 2])
  })

  test('tells of failures and of what it does about them', async () => {
    const events = createRequestEvents()
    const told: unknown[] = []
    events.on('attempt-failed', (event) => told.push(event))
    events.on('retry', (event) => told.push(event))
    const error = new Error('busy')
    const { fn, clock } = flaky(9, { attempts: 2, events }, error)
    await outcome(fn(), clock)
    expect(told).toEqual([
      { type: 'attempt-failed', name: 'load', attempt: 1, error },
      { type: 'retry', name: 'load', attempt: 2, delayMs: 100 },
      { type: 'attempt-failed', name: 'load', attempt: 2, error },
    ])
  })

  test.each<[RetryOptions, string]>([
    [{ attempts: 0 }, '`attempts` must be a whole number of at least 1, received 0. Use 1 or more, or `Infinity`.'],
    [{ attempts: -1 }, '`attempts` must be a whole number of at least 1, received -1.'],
    [{ attempts: 1.5 }, '`attempts` must be a whole number of at least 1, received 1.5.'],
    [{ attempts: Number.NaN }, '`attempts` must be a whole number of at least 1, received NaN.'],
    [{ delay: -5 }, '`delay` must not be negative, received -5.'],
    [{ delay: Infinity }, '`delay` must be finite, received Infinity. Use `attempts: 1` to never retry.'],
    [{ factor: 0.5 }, '`factor` must be a number from 1, received 0.5. Use 1 for delays that do not grow.'],
    [{ maxDelay: 0 }, '`maxDelay` must be positive, received 0. Use `delay: 0` to retry at once.'],
    [{ maxTime: 0 }, '`maxTime` must be positive, received 0. Use `false` for no limit.'],
    [{ jitter: 0.5 as never }, '`jitter` must be `true` or `false`, received 0.5. Leave it out for full jitter.'],
    [{ when: true as never }, '`when` must be a function, received true.'],
    [{ random: 0.5 as never }, '`random` must be a function, received 0.5.'],
    [{ clock: {} as never }, '`clock` must be a Clock, received an object. Leave it out for the time of the machine.'],
    [{ events: [] as never }, '`events` must be a stream of events, received an array. Use `createRequestEvents()`.'],
    [{ name: '' }, "`name` must be a text, received ''. Leave it out for the name of the function."],
    [[] as never, '`options of retry` must be an object, received an array. Leave them out for the defaults.'],
  ])('refuses %o', (options, message) => {
    expect(() => retry(async () => 1, options)).toThrow(message)
  })

  test('attempts that are not to be repeated are not', async () => {
    for (const error of [
      new RequestError('ERR_REQUEST_CIRCUIT_OPEN', 'open'),
      new HttpError('ERR_HTTP_STATUS', 'no such thing', { status: 404, headers: {} }),
      new DOMException('left', 'AbortError'),
      new ReferenceError('x is not defined'),
    ]) {
      const { fn, clock, calledAt } = flaky(9, {}, error)
      expect(await outcome(fn(), clock)).toBe(error)
      expect(calledAt).toEqual([0])
    }
  })
})

test('a member that has no cache yet is not called again', () => {
  expect(isRetryable(new ConfigError('ERR_DECORATOR_UNCONFIGURED', 'no cache'))).toBe(false)
})
