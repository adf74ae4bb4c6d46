import { createFakeClock, deferred, deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { createRequestEvents, currentCall, hedge, type HedgeOptions } from '../src/index.ts'
import { settled } from './settled.ts'

function make(options: HedgeOptions = {}) {
  const clock = createFakeClock()
  const calls: { attempt: number; signal: AbortSignal; at: number }[] = []
  const loader = deferredLoader<string>()
  async function load(): Promise<string> {
    const { attempt, signal } = currentCall()
    calls.push({ attempt, signal, at: clock.monotonic() })
    return loader(undefined)
  }
  return { clock, calls, loader, fn: hedge(load, { clock, ...options }) }
}

/** Makes calls that take so long. */
async function measure({ clock, loader, fn }: ReturnType<typeof make>, durations: readonly number[]): Promise<void> {
  for (const ms of durations) {
    const index = loader.calls.length
    const call = fn()
    clock.advance(ms)
    loader.at(index).resolve('measured')
    await call
  }
}

describe('hedge', () => {
  test('makes a second attempt after a while, and answers what comes first', async () => {
    const { clock, calls, loader, fn } = make({ after: '50ms' })
    const call = fn()
    await clock.advanceAsync(49)
    expect(calls).toHaveLength(1)
    await clock.advanceAsync(1)
    expect(calls.map(({ attempt, at }) => [attempt, at])).toEqual([
      [1, 0],
      [2, 50],
    ])
    loader.at(1).resolve('second')
    expect(await call).toBe('second')
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, false])
    loader.at(0).resolve('too late')
    await flush()
    expect(clock.pending).toBe(0)
  })

  test('the first attempt may still win, and the second is aborted', async () => {
    const { clock, calls, loader, fn } = make({ after: '50ms' })
    const call = fn()
    await clock.advanceAsync(60)
    loader.at(0).resolve('first')
    expect(await call).toBe('first')
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([false, true])
    loader.at(1).reject(new Error('aborted'))
    await flush()
  })

  test('makes none for what is answered or fails in time, and leaves no timer', async () => {
    const { clock, loader, fn, calls } = make({ after: '50ms' })
    const [one, other] = [fn(), fn()]
    loader.at(0).resolve('done')
    loader.at(1).reject(new Error('down'))
    expect(await one).toBe('done')
    await expect(other).rejects.toThrow('down')
    expect(clock.pending).toBe(0)
    await clock.advanceAsync(1_000)
    expect(calls).toHaveLength(2)
  })

  test('fails only when both attempts have failed', async () => {
    const { clock, loader, fn } = make({ after: '50ms' })
    const call = fn().catch((error: Error) => error.message)
    await clock.advanceAsync(50)
    loader.at(0).reject(new Error('first'))
    await flush()
    loader.at(1).reject(new Error('second'))
    expect(await call).toBe('second')
    const rescued = fn()
    await clock.advanceAsync(50)
    loader.at(2).reject(new Error('first'))
    loader.at(3).resolve('second')
    expect(await rescued).toBe('second')
  })

  test('waits for the 95th percentile of what it measured', async () => {
    const bench = make()
    const { clock, calls, fn, loader } = bench
    // 19 calls are too few to know.
    await measure(
      bench,
      Array.from({ length: 19 }, (_, index) => index + 1),
    )
    const unknown = fn()
    await clock.advanceAsync(20)
    expect(calls).toHaveLength(20)
    loader.at(19).resolve('measured')
    await unknown
    // 1 to 20 ms: 95 % were faster than 20.
    const call = fn()
    await clock.advanceAsync(19)
    expect(calls).toHaveLength(21)
    await clock.advanceAsync(1)
    expect(calls).toHaveLength(22)
    loader.at(20).resolve('first')
    expect(await call).toBe('first')
  })

  test('counts a first attempt that lost with the time that it had taken at least', async () => {
    const bench = make({ minCalls: 1, percentile: 1, maxRatio: 1 })
    const { clock, fn, loader, calls } = bench
    await measure(bench, [10])
    for (let round = 0; round < 9; round++) {
      const call = fn()
      await clock.advanceAsync(10)
      clock.advance(30)
      loader.at(loader.calls.length - 1).resolve('second')
      await call
    }
    const before = calls.length
    const call = fn()
    await clock.advanceAsync(39)
    expect(calls.length - before).toBe(1)
    await clock.advanceAsync(1)
    expect(calls.length - before).toBe(2)
    loader.at(before).resolve('first')
    await call
  })

  test('does not double the load when everything is slow', async () => {
    const { clock, calls, fn } = make({ after: '50ms', maxRatio: 0.125 })
    for (let call = 0; call < 200; call++) fn().catch(() => {})
    await clock.advanceAsync(50)
    expect(calls.filter(({ attempt }) => attempt === 2)).toHaveLength(10)
    for (let call = 0; call < 40; call++) fn().catch(() => {})
    await clock.advanceAsync(50)
    expect(calls.filter(({ attempt }) => attempt === 2)).toHaveLength(15)
  })

  test('makes no second attempt for a caller who has left', async () => {
    const { clock, calls, fn } = make({ after: '50ms' })
    const controller = new AbortController()
    const call = fn.with({ signal: controller.signal })()
    controller.abort(new Error('left'))
    await expect(call).rejects.toThrow('left')
    expect(calls[0]?.signal.aborted).toBe(true)
    await clock.advanceAsync(50)
    expect(calls).toHaveLength(1)
  })

  test('tells of a second attempt', async () => {
    const events = createRequestEvents()
    const told: unknown[] = []
    events.on('hedge', (event) => told.push(event))
    const { clock, fn } = make({ after: '50ms', events })
    void fn()
    await clock.advanceAsync(50)
    expect(told).toEqual([{ type: 'hedge', name: 'load', delayMs: 50 }])
  })

  test('a function that throws at once fails at once', async () => {
    const clock = createFakeClock()
    const fn = hedge(
      () => {
        throw new Error('at once')
      },
      { clock, after: 5 },
    )
    await expect(fn()).rejects.toThrow('at once')
    expect(clock.pending).toBe(0)
  })

  test('passes `this` and the arguments to both', async () => {
    const clock = createFakeClock()
    const held = deferred()
    const seen: unknown[] = []
    const fn = hedge(
      function load(this: unknown, id: number) {
        seen.push([this, id])
        return held.promise
      },
      { clock, after: 5 },
    )
    void fn.call('self', 42)
    await clock.advanceAsync(5)
    expect(seen).toEqual([
      ['self', 42],
      ['self', 42],
    ])
  })

  test.each<[HedgeOptions, string]>([
    [{ after: 0 }, '`after` must be positive, received 0. Leave it out to measure it.'],
    [{ percentile: 95 }, '`percentile` must be a ratio above 0 and up to 1, received 95. Use for example 0.95.'],
    [{ minCalls: 0 }, '`minCalls` must be a whole number of at least 1, received 0.'],
    [{ maxRatio: 2 }, '`maxRatio` must be a ratio above 0 and up to 1, received 2. Use for example 0.1.'],
  ])('refuses %o', (options, message) => {
    expect(() => hedge(options)).toThrow(message)
  })
})

test('a hedged call whose caller left leaves no timer behind', async () => {
  const clock = createFakeClock()
  const load = hedge(() => new Promise<never>(() => {}), { after: '10s', clock })
  const caller = new AbortController()
  const one = settled(load.with({ signal: caller.signal })())
  caller.abort(new Error('left'))
  await flush()
  expect(one.state).toBe('failed left')
  expect(clock.pending).toBe(0)
})
