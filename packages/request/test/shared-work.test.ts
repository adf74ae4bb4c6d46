import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { callAround, callShared, compose, currentCall, isWithinLoad, retry } from '../src/index.ts'

describe('shared work', () => {
  const around = (signal: AbortSignal | undefined, ask: () => unknown): unknown => {
    let answer: unknown
    const outer = compose(async () => {
      answer = ask()
    }).with({ signal, priority: 'high' })
    void outer()
    return answer
  }

  test('knows the call around, and whether it can be aborted', () => {
    expect(callAround()).toBeUndefined()
    const { signal } = new AbortController()
    expect(around(signal, () => callAround()?.abortable)).toBe(true)
    expect(around(undefined, () => callAround()?.abortable)).toBe(false)
  })

  test('ends by its own signal and not by that of the call around, whose priority it has', async () => {
    const [caller, work] = [new AbortController(), new AbortController()]
    const self = { name: 'it' }
    const seen = around(caller.signal, () =>
      callShared(
        function (this: unknown, id: number) {
          const { signal, priority } = currentCall()
          return { signal, priority, id, self: this }
        },
        { around: callAround(), signal: work.signal, self, args: [42] },
      ),
    ) as Promise<{ signal: AbortSignal; priority: string; id: number; self: unknown }>
    const { signal, ...rest } = await seen
    expect(rest).toEqual({ priority: 'high', id: 42, self })
    caller.abort()
    expect(signal.aborted).toBe(false)
  })

  test('hears of its own end while it runs', async () => {
    const work = new AbortController()
    const hung = callShared(
      () =>
        new Promise((_resolve, reject) => {
          const { signal } = currentCall()
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
      { around: undefined, signal: work.signal, self: undefined, args: [] },
    )
    work.abort(new Error('nobody waits'))
    await expect(hung).rejects.toThrow('nobody waits')
  })

  test('fails by a rejection when the function throws at once', async () => {
    const { signal } = new AbortController()
    const fail = (): never => {
      throw new Error('mistake')
    }
    await expect(callShared(fail, { around: undefined, signal, self: undefined, args: [] })).rejects.toThrow('mistake')
  })

  test('listens to its signal no longer once it is over', async () => {
    const { signal } = new AbortController()
    const listeners = (): number => getEventListeners(signal, 'abort').length
    const fn = async (): Promise<number> => {
      void currentCall().signal
      return listeners()
    }
    expect(await callShared(fn, { around: undefined, signal, self: undefined, args: [] })).toBe(1)
    expect(listeners()).toBe(0)
  })
})

test('a load knows by which loads it was called, until those are over', async () => {
  const [cache, other] = [{}, {}]
  const { signal } = new AbortController()
  const within = (key: string | readonly string[], of: object = cache): boolean =>
    isWithinLoad(callAround(), { cache: of, key })
  let seen: boolean[] = []
  let later: (() => boolean) | undefined
  const inner = retry(async () => {
    seen = [within('a'), within(['a', 'b']), within('b'), within('a', other)]
    later = bound(() => within('a'))
  })
  await callShared(inner, { around: callAround(), signal, self: undefined, args: [], loads: { cache, key: 'a' } })
  expect(seen).toEqual([true, false, false, false])
  expect([within('a'), later?.()]).toEqual([false, false])
})

/** A function that runs within the call that is around now, whenever it is called. */
function bound<Value>(fn: () => Value): () => Value {
  const around = callAround()
  const { signal } = new AbortController()
  return () => {
    let value!: Value
    void callShared(() => (value = fn()), { around, signal, self: undefined, args: [] })
    return value
  }
}
