import { type FakeClock, createFakeClock, deferred, flush } from '@hotpath/testkit'
import pDebounce from 'p-debounce'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type DebounceOptions, compose, createRequestEvents, currentCall, debounce } from '../src/index.ts'
import { settled } from './settled.ts'

function make(options: Omit<DebounceOptions, 'wait' | 'clock'> = {}) {
  const clock: FakeClock = createFakeClock()
  const calls: string[] = []
  const search = debounce(
    async (text: string) => {
      calls.push(`${text} at ${clock.monotonic()}`)
      return `found ${text}`
    },
    { wait: 100, clock, ...options },
  )
  return { clock, calls, search }
}

describe('debounce', () => {
  test('calls once, for the last caller, when no other came for a while; all share the call', async () => {
    const { clock, calls, search } = make()
    const startedAt = clock.monotonic()
    const one = settled(search('h'))
    await clock.advanceAsync(99)
    const other = settled(search('ho'))
    await clock.advanceAsync(99)
    expect(calls).toEqual([])
    await clock.advanceAsync(1)
    expect(calls).toEqual([`ho at ${startedAt + 199}`])
    expect([one.state, other.state]).toEqual(['answered found ho', 'answered found ho'])
    void search('again')
    await clock.advanceAsync(100)
    expect(calls).toHaveLength(2)
    expect(clock.pending).toBe(0)
  })

  test('waits no longer than `maxWait`, however many come', async () => {
    const { clock, calls, search } = make({ maxWait: 250 })
    for (let n = 0; n < 5; n++) {
      void search(`${n}`)
      await clock.advanceAsync(60)
    }
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatch(/^4 at/)
  })

  test('`leading` calls for the first caller at once, which those share that come within the wait of each other', async () => {
    const { clock, calls, search } = make({ leading: true })
    const first = settled(search('h'))
    await flush()
    expect(first.state).toBe('answered found h')
    await clock.advanceAsync(99)
    expect(await search('ho')).toBe('found h')
    await clock.advanceAsync(99)
    expect(await search('hot')).toBe('found h')
    await clock.advanceAsync(100)
    expect(await search('new')).toBe('found new')
    expect(calls).toHaveLength(2)
    expect(clock.pending).toBe(0)
  })

  test('`leading` with `maxWait` calls anew after that, however many come', async () => {
    const { clock, search } = make({ leading: true, maxWait: 150 })
    expect(await search('a')).toBe('found a')
    await clock.advanceAsync(90)
    expect(await search('b')).toBe('found a')
    await clock.advanceAsync(90)
    expect(await search('c')).toBe('found c')
  })

  test('a failure is that of all callers', async () => {
    const clock = createFakeClock()
    const load = debounce(async () => Promise.reject(new Error('down')), { wait: 100, clock })
    const both = [settled(load()), settled(load())]
    await clock.advanceAsync(100)
    expect(both.map(({ state }) => state)).toEqual([expect.stringContaining('down'), expect.stringContaining('down')])
  })

  test('when the last caller leaves, the arguments of the one before it count', async () => {
    const { clock, calls, search } = make()
    const controller = new AbortController()
    const one = settled(search('stays'))
    const other = settled(search.with({ signal: controller.signal })('leaves'))
    controller.abort(new Error('left'))
    await clock.advanceAsync(100)
    expect([one.state, other.state]).toEqual(['answered found stays', expect.stringContaining('left')])
    expect(calls).toEqual([expect.stringMatching(/^stays/)])
  })

  test('when all have left no call is made, and no timer stays', async () => {
    const { clock, calls, search } = make()
    const controller = new AbortController()
    search
      .with({ signal: controller.signal })('a')
      .catch(() => {})
    search
      .with({ signal: controller.signal })('b')
      .catch(() => {})
    controller.abort()
    await flush()
    expect(clock.pending).toBe(0)
    await clock.advanceAsync(1_000)
    expect(calls).toEqual([])
  })

  test('a call that runs is aborted when all have left', async () => {
    const clock = createFakeClock()
    let signal: AbortSignal | undefined
    const load = debounce(
      () => {
        signal = currentCall().signal
        return new Promise<never>(() => {})
      },
      { wait: 100, clock },
    )
    const controller = new AbortController()
    load
      .with({ signal: controller.signal })()
      .catch(() => {})
    await clock.advanceAsync(100)
    expect(signal?.aborted).toBe(false)
    controller.abort(new Error('left'))
    expect(signal?.aborted).toBe(true)
  })

  test('a call from within a leading call would wait for itself', async () => {
    const load: () => Promise<unknown> = debounce(() => load(), { wait: 100, leading: true, clock: createFakeClock() })
    await expect(load()).rejects.toMatchObject({ code: 'ERR_REQUEST_CYCLE' })
  })

  test('is a policy, which debounces each function by itself, and reports those that join', async () => {
    const clock = createFakeClock()
    const events = createRequestEvents()
    const joined: string[] = []
    events.on('dedupe', ({ name }) => joined.push(name))
    const policy = debounce({ wait: 100, clock, events })
    const one = compose(async function one(n: number) {
      return n
    }, policy)
    const other = compose(async function other(n: number) {
      return -n
    }, policy)
    const all = Promise.all([one(1), one(2), other(3)])
    await clock.advanceAsync(100)
    expect([await all, joined]).toEqual([[2, 2, -3], ['one']])
  })

  test('wrong options are refused', () => {
    expect(() => debounce(async () => 1, undefined as never)).toThrow("Pass `{ wait: '200ms' }`.")
    expect(() => debounce({ wait: Number.POSITIVE_INFINITY })).toThrow('`wait`')
    expect(() => debounce({ wait: 10, maxWait: 0 })).toThrow('`maxWait`')
    expect(() => debounce({ wait: 10, maxWaits: 1 } as never)).toThrow('Did you mean `maxWait`')
    expect(() => debounce({ wait: 10, leading: 1 } as never)).toThrow('`leading`')
  })
})

describe('as p-debounce does', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const make = { ours: (fn: Load, before: boolean) => debounce(fn, { wait: 100, leading: before }), theirs }
  type Load = (n: number) => Promise<number>
  function theirs(fn: Load, before: boolean): Load {
    return pDebounce(fn, 100, { before })
  }

  /** Calls at these times; what is called, and what comes of each. */
  async function play(load: (fn: Load) => Load, times: readonly number[]) {
    const called: number[] = []
    const debounced = load(async (n) => (called.push(n), n * 10))
    const results: Promise<number>[] = []
    let now = 0
    for (const [index, at] of times.entries()) {
      await vi.advanceTimersByTimeAsync(at - now)
      now = at
      results.push(debounced(index))
    }
    await vi.advanceTimersByTimeAsync(1_000)
    return { called, results: await Promise.all(results) }
  }

  for (const before of [false, true]) {
    for (const times of [[0], [0, 50], [0, 50, 140], [0, 99, 300, 350], [0, 10, 20, 130, 260]]) {
      test(`${before ? 'leading' : 'trailing'}, calls at ${times.join(', ')} ms`, async () => {
        expect(await play((fn) => make.ours(fn, before), times)).toEqual(
          await play((fn) => make.theirs(fn, before), times),
        )
      })
    }
  }

  test('but a leading call that takes longer than the wait is for all callers', async () => {
    const resultsOf = async (load: (fn: Load) => Load) => {
      const gate = deferred<number>()
      const debounced = load(() => gate.promise)
      const both = [debounced(1), debounced(2)]
      await vi.advanceTimersByTimeAsync(200)
      gate.resolve(7)
      return Promise.all(both)
    }
    expect(await resultsOf((fn) => make.ours(fn, true))).toEqual([7, 7])
    expect(await resultsOf((fn) => make.theirs(fn, true))).toEqual([7, undefined])
  })
})
