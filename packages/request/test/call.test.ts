import { deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { ambientCall, Call, runIn } from '../src/call/call.ts'
import { compose, currentCall } from '../src/index.ts'

describe('the current call', () => {
  test('outside of any call is attempt 1, with a signal of its own that is never aborted', () => {
    const [one, other] = [currentCall(), currentCall()]
    expect([one.attempt, one.signal.aborted, one.priority]).toEqual([1, false, undefined])
    // One signal for everybody would gather the listeners of the whole process.
    expect(one.signal).not.toBe(other.signal)
  })

  test('is known until the first await, and to what is called before it', async () => {
    const seen: unknown[] = []
    const inner = (): void => void seen.push(currentCall().priority)
    const fn = compose(async () => {
      inner()
      await Promise.resolve()
      seen.push(ambientCall())
    })
    await fn.with({ priority: 'high' })()
    expect(seen).toEqual(['high', undefined])
  })

  test('is restored when the function throws', () => {
    expect(() =>
      runIn(
        new Call(undefined),
        () => {
          throw new Error('no')
        },
        undefined,
        [],
      ),
    ).toThrow('no')
    expect(ambientCall()).toBeUndefined()
  })

  test('is aborted with the calls around it, with their reason', () => {
    const outer = new Call(undefined, { abortable: true })
    const inner = new Call(outer)
    const { signal } = inner
    outer.abort('gone')
    expect([signal.aborted, signal.reason, inner.aborted, inner.reason]).toEqual([true, 'gone', true, 'gone'])
  })

  test('hands out an aborted signal when it was aborted before anybody asked', () => {
    const outer = new Call(undefined)
    outer.abort('gone')
    expect(new Call(outer).signal.reason).toBe('gone')
  })

  test('tells who listens once, those below it included, and not who has ended or listens no more', () => {
    const controller = new AbortController()
    const outer = new Call(undefined, { signal: controller.signal })
    const [inner, ended] = [new Call(outer), new Call(outer)]
    const told: string[] = []
    const tell = (who: string) => (reason: unknown) => void told.push(`${who}: ${String(reason)}`)
    const gone = tell('gone')
    outer.onAbort(tell('outer'))
    inner.onAbort(tell('inner'))
    inner.onAbort(gone)
    inner.offAbort(gone)
    ended.onAbort(tell('ended'))
    ended.end()
    controller.abort('left')
    inner.abort('again')
    expect(told).toEqual(['outer: left', 'inner: left'])
    inner.onAbort(tell('late'))
    expect(told.at(-1)).toBe('late: left')
  })

  test('tells each once, also when one of them aborts it in another way', () => {
    const controller = new AbortController()
    const outer = new Call(undefined, { abortable: true })
    const inner = new Call(outer, { signal: controller.signal })
    const told: unknown[] = []
    inner.onAbort((reason) => {
      told.push(reason)
      controller.abort('again')
    })
    outer.abort('gone')
    expect(told).toEqual(['gone'])
  })

  test('what ends another call by what it does when it is told keeps that one from being told', () => {
    const outer = new Call(undefined, { abortable: true })
    const [first, second] = [new Call(outer), new Call(outer)]
    const told: string[] = []
    first.onAbort(() => second.end())
    second.onAbort(() => told.push('second'))
    outer.abort('gone')
    expect(told).toEqual([])
  })

  test('listens no longer once it has ended', () => {
    const controller = new AbortController()
    const call = new Call(undefined, { signal: controller.signal })
    const { signal } = call
    call.end()
    controller.abort('late')
    expect(signal.aborted).toBe(false)
  })

  test('takes attempt and priority from the call around it', () => {
    const outer = new Call(undefined, { attempt: 3, priority: 'low' })
    const inner = new Call(outer, { priority: 'high' })
    expect([inner.attempt, inner.priority]).toEqual([3, 'high'])
    expect(new Call(outer, { attempt: 1 }).priority).toBe('low')
  })
})

describe('with', () => {
  test('detaches the caller at once, and tells the function', async () => {
    const held = deferred<string>()
    let signal: AbortSignal | undefined
    const fn = compose(() => {
      signal = currentCall().signal
      return held.promise
    })
    const controller = new AbortController()
    const call = fn.with({ signal: controller.signal })()
    controller.abort(new Error('left'))
    await expect(call).rejects.toThrow('left')
    expect(signal?.aborted).toBe(true)
    held.reject(new Error('too late to matter'))
    await flush()
  })

  test('calls nothing for a caller that has left already', async () => {
    let calls = 0
    const fn = compose(() => ++calls)
    await expect(fn.with({ signal: AbortSignal.abort('left') })()).rejects.toBe('left')
    expect(calls).toBe(0)
  })

  test('does nothing when a caller leaves after its answer', async () => {
    const controller = new AbortController()
    const fn = compose((word: string) => word)
    expect(await fn.with({ signal: controller.signal })('done')).toBe('done')
    controller.abort()
    await flush()
  })

  test('lets go of the signal when the call is over', async () => {
    const controller = new AbortController()
    let listeners = 0
    const { signal } = controller
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }
    const fn = compose(async (fails: boolean) => {
      void currentCall().signal
      if (fails) throw new Error('no')
    }).with({ signal })
    await fn(false)
    await expect(fn(true)).rejects.toThrow('no')
    expect(listeners).toBe(0)
  })

  test('refuses what is no signal and no priority', () => {
    const fn = compose(() => 1)
    expect(() => fn.with({ signal: {} as never })).toThrow(
      '`signal` must be an AbortSignal, received an object. Pass `controller.signal`, or `AbortSignal.timeout(500)`.',
    )
    expect(() => fn.with({ priority: 'urgent' as never })).toThrow(
      "`priority` must be one of critical, high, normal, low, received 'urgent'. Leave it out for 'normal'.",
    )
  })
})
