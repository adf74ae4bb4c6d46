import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import {
  circuitBreaker,
  type CircuitBreakerOptions,
  compose,
  ConfigError,
  createRequestEvents,
  timeout,
} from '../src/index.ts'

/** A function that does as it is told, behind a circuit on virtual time. */
function make(options: CircuitBreakerOptions = {}) {
  const clock = createFakeClock()
  let calls = 0
  async function load(answer: unknown): Promise<unknown> {
    calls++
    if (answer instanceof Error) throw answer
    return answer
  }
  const fn = circuitBreaker(load, { clock, minCalls: 4, ...options })
  const ask = async (answer: unknown): Promise<unknown> => fn(answer).catch((error: unknown) => error)
  return { clock, fn, ask, calls: () => calls }
}

const DOWN = new Error('down')

/** Opens a circuit. */
async function open({ ask, fn }: ReturnType<typeof make>): Promise<void> {
  for (let call = 0; call < 4; call++) await ask(DOWN)
  expect(fn.state).toBe('open')
}

describe('a circuit breaker', () => {
  test('opens when too many calls fail, and then calls nothing', async () => {
    const bench = make()
    await open(bench)
    expect(await bench.ask('well')).toMatchObject({
      code: 'ERR_REQUEST_CIRCUIT_OPEN',
      message:
        '`load` was not called, because too many calls failed recently. Try again in 5000 ms, or put a `fallback` around it.',
      context: { name: 'load', retryAfterMs: 5_000 },
    })
    expect(bench.calls()).toBe(4)
  })

  test('stays closed below `minCalls`, and below `failureRate`', async () => {
    const { ask, fn } = make({ failureRate: 0.6 })
    for (let call = 0; call < 3; call++) await ask(DOWN)
    expect(fn.state).toBe('closed')
    await ask('well')
    await ask('well')
    // 4 of 7 are below 0.6, 6 of 9 are not.
    await ask('well')
    await ask(DOWN)
    expect(fn.state).toBe('closed')
    await ask(DOWN)
    await ask(DOWN)
    expect(fn.state).toBe('open')
  })

  test('forgets what is older than the window', async () => {
    const { ask, fn, clock } = make({ window: '10s' })
    for (let call = 0; call < 3; call++) await ask(DOWN)
    clock.advance(10_000)
    for (let call = 0; call < 3; call++) await ask(DOWN)
    expect(fn.state).toBe('closed')
    clock.advance(8_000)
    await ask(DOWN)
    expect(fn.state).toBe('open')
  })

  test('after a pause one probe passes, and closes it', async () => {
    const bench = make()
    await open(bench)
    bench.clock.advance(4_999)
    expect(await bench.ask('well')).toMatchObject({ code: 'ERR_REQUEST_CIRCUIT_OPEN' })
    bench.clock.advance(1)
    const held = deferred<string>()
    const probe = bench.fn(held.promise)
    expect(bench.fn.state).toBe('half-open')
    expect(await bench.ask('well')).toMatchObject({ code: 'ERR_REQUEST_CIRCUIT_OPEN' })
    held.resolve('well')
    expect(await probe).toBe('well')
    expect(bench.fn.state).toBe('closed')
    // It counts anew.
    for (let call = 0; call < 3; call++) await bench.ask(DOWN)
    expect(bench.fn.state).toBe('closed')
  })

  test('a probe that fails opens it for another pause', async () => {
    const bench = make({ pause: '1s' })
    await open(bench)
    bench.clock.advance(1_000)
    await bench.ask(DOWN)
    expect(bench.fn.state).toBe('open')
    bench.clock.advance(999)
    expect(await bench.ask('well')).toMatchObject({ context: { retryAfterMs: 1 } })
    bench.clock.advance(1)
    expect(await bench.ask('well')).toBe('well')
  })

  test('closes only when as many probes succeeded as are wanted', async () => {
    const bench = make({ probes: 2 })
    await open(bench)
    bench.clock.advance(5_000)
    await bench.ask('well')
    expect(bench.fn.state).toBe('half-open')
    await bench.ask('well')
    expect(bench.fn.state).toBe('closed')
  })

  test('a probe that hangs does not keep it half-open forever', async () => {
    const bench = make()
    await open(bench)
    bench.clock.advance(5_000)
    void bench.fn(new Promise(() => {}))
    expect(await bench.ask('well')).toMatchObject({ context: { retryAfterMs: 5_000 } })
    bench.clock.advance(5_000)
    expect(await bench.ask('well')).toBe('well')
    expect(bench.fn.state).toBe('closed')
  })

  test('a probe whose caller leaves says nothing, and lets another one pass', async () => {
    const bench = make()
    await open(bench)
    bench.clock.advance(5_000)
    const [controller, held] = [new AbortController(), deferred()]
    const probe = bench.fn.with({ signal: controller.signal })(held.promise)
    controller.abort(new Error('left'))
    await expect(probe).rejects.toThrow('left')
    held.reject(new Error('aborted'))
    await flush()
    await bench.ask(undefined)
    expect(bench.fn.state).toBe('closed')
  })

  test('what began before it opened says nothing of a later life', async () => {
    const bench = make()
    const [bad, good] = [deferred(), deferred()]
    const late = [bench.fn(bad.promise), bench.fn(good.promise)].map((call) => call.catch(() => {}))
    await open(bench)
    good.resolve()
    await late[1]
    expect(bench.fn.state).toBe('open')
    bench.clock.advance(5_000)
    await bench.ask('well')
    bad.reject(DOWN)
    await late[0]
    for (let call = 0; call < 3; call++) await bench.ask(DOWN)
    expect(bench.fn.state).toBe('closed')
  })

  test('errors that are no failure of the other side count as successes', async () => {
    const { ask, fn } = make({ when: (error) => (error as Error).message !== 'no such city' })
    for (let call = 0; call < 9; call++) await ask(new Error('no such city'))
    expect(fn.state).toBe('closed')
    const other = make()
    for (let call = 0; call < 9; call++) await other.ask(new ConfigError('ERR_CONFIG_OPTION', 'wrong'))
    expect(other.fn.state).toBe('closed')
  })

  test('a `when` that throws counts as a failure, and is what the caller gets', async () => {
    const { ask, fn } = make({
      when: () => {
        throw new Error('in when')
      },
    })
    for (let call = 0; call < 4; call++) expect(await ask(DOWN)).toEqual(new Error('in when'))
    expect(fn.state).toBe('open')
  })

  test('a policy is one circuit for all functions that it is put around', async () => {
    const policy = circuitBreaker({ clock: createFakeClock(), minCalls: 2 })
    const fail = compose(async () => {
      throw DOWN
    }, policy)
    const other = policy(async () => 'well')
    await Promise.allSettled([fail(), fail()])
    expect(policy.state).toBe('open')
    await expect(other()).rejects.toMatchObject({ code: 'ERR_REQUEST_CIRCUIT_OPEN' })
  })

  test.each([
    ['fails late', (): Promise<never> => Promise.reject(new DOMException('gone', 'AbortError'))],
    ['answers late', async (): Promise<string> => 'late'],
  ])('what %s, after a timeout around it has given up, counts as a failure', async (_, end) => {
    const clock = createFakeClock()
    const slow = deferred()
    const breaker = circuitBreaker({ clock, minCalls: 2 })
    const fn = compose(() => slow.promise.then(end), timeout('1s', { clock }), breaker)
    const calls = [fn(), fn()].map((call) => call.catch((error: { code: string }) => error.code))
    await clock.advanceAsync(1_000)
    expect(await Promise.all(calls)).toEqual(['ERR_REQUEST_TIMEOUT', 'ERR_REQUEST_TIMEOUT'])
    slow.resolve()
    await flush()
    expect(breaker.state).toBe('open')
  })

  test('what never ends counts as a failure once a timeout around it has given up', async () => {
    const clock = createFakeClock()
    const breaker = circuitBreaker({ clock, minCalls: 2 })
    const fn = compose(() => new Promise<never>(() => {}), timeout('1s', { clock }), breaker)
    const calls = [fn(), fn()].map((call) => call.catch((error: { code: string }) => error.code))
    await clock.advanceAsync(1_000)
    expect(await Promise.all(calls)).toEqual(['ERR_REQUEST_TIMEOUT', 'ERR_REQUEST_TIMEOUT'])
    expect(breaker.state).toBe('open')
  })

  test('a `when` that throws of a limit of time counts it, and its caller hears of the limit', async () => {
    const clock = createFakeClock()
    const when = (): never => {
      throw new Error('no')
    }
    const breaker = circuitBreaker({ clock, minCalls: 1, when })
    const call = compose(() => new Promise<never>(() => {}), timeout('1s', { clock }), breaker)()
    const caught = expect(call).rejects.toMatchObject({ code: 'ERR_REQUEST_TIMEOUT' })
    await clock.advanceAsync(1_000)
    await caught
    expect(breaker.state).toBe('open')
  })

  test('what has succeeded counts no more when the call around it runs into a limit of time later', async () => {
    const clock = createFakeClock()
    const breaker = circuitBreaker({ clock, minCalls: 2 })
    const quick = breaker(async () => 'well')
    const slow = timeout(
      async () => {
        await quick()
        return new Promise<never>(() => {})
      },
      '1s',
      { clock },
    )
    const caught = expect(slow()).rejects.toMatchObject({ code: 'ERR_REQUEST_TIMEOUT' })
    await clock.advanceAsync(1_000)
    await caught
    expect(breaker.state).toBe('closed')
  })

  test('tells when it opens, tries and closes', async () => {
    const events = createRequestEvents()
    const told: unknown[] = []
    for (const type of ['circuit-open', 'circuit-half-open', 'circuit-closed'] as const) {
      events.on(type, (event) => told.push(event))
    }
    const bench = make({ events })
    await open(bench)
    bench.clock.advance(5_000)
    await bench.ask('well')
    expect(told).toEqual([
      { type: 'circuit-open', name: 'load', failureRate: 1 },
      { type: 'circuit-half-open', name: 'load' },
      { type: 'circuit-closed', name: 'load' },
    ])
  })

  test.each<[CircuitBreakerOptions, string]>([
    [{ failureRate: 0 }, '`failureRate` must be a ratio above 0 and up to 1, received 0. Use for example 0.5.'],
    [{ failureRate: 50 }, '`failureRate` must be a ratio above 0 and up to 1, received 50.'],
    [{ minCalls: 0 }, '`minCalls` must be a whole number of at least 1, received 0.'],
    [{ window: 0 }, "`window` must be positive, received 0. Use for example '10s'."],
    [{ window: -1 }, '`window` must not be negative, received -1.'],
    [{ pause: 0 }, "`pause` must be positive, received 0. Use for example '5s'."],
    [{ probes: -1 }, '`probes` must be a whole number of at least 1, received -1.'],
    [{ when: 'always' as never }, "`when` must be a function, received 'always'."],
  ])('refuses %o', (options, message) => {
    expect(() => circuitBreaker(options)).toThrow(message)
  })
})
