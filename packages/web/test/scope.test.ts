import { afterEach, describe, expect, it, vi } from 'vitest'
import { createScope } from '../src/index.ts'

afterEach(() => vi.useRealTimers())

const NONE = { listener: 0, timer: 0, observer: 0, objectUrl: 0, controller: 0, other: 0 }

describe('a scope', () => {
  it('ends all it holds, the last first, and says what it was', () => {
    vi.useFakeTimers()
    const scope = createScope()
    const seen: string[] = []
    const target = new EventTarget()
    scope.listen(target, 'scroll', () => seen.push('scroll'))
    scope.timeout(() => seen.push('timeout'), 10)
    scope.interval(() => seen.push('interval'), 10)
    scope.observer({ disconnect: () => seen.push('disconnect') })
    const url = scope.objectUrl(new Blob(['x']))
    const controller = scope.controller()
    scope.add(() => seen.push('other'))
    expect(scope.end()).toEqual({
      left: { listener: 1, timer: 2, observer: 1, objectUrl: 1, controller: 1, other: 1 },
      errors: [],
    })
    expect(url).toMatch(/^blob:/)
    expect(seen).toEqual(['other', 'disconnect'])
    target.dispatchEvent(new Event('scroll'))
    vi.advanceTimersByTime(100)
    expect(seen).toHaveLength(2)
    expect([scope.signal.aborted, controller.signal.aborted]).toEqual([true, true])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not count what ended by itself', () => {
    vi.useFakeTimers()
    const scope = createScope()
    const target = new EventTarget()
    const seen: string[] = []
    scope.timeout(() => seen.push('timeout'), 10)
    scope.listen(target, 'load', () => seen.push('load'), { once: true })
    scope.controller().abort()
    scope.interval(() => {}, 10)()
    scope.add(() => seen.push('added'))()
    target.dispatchEvent(new Event('load'))
    vi.advanceTimersByTime(10)
    expect(scope.end().left).toEqual(NONE)
    expect(seen).toEqual(['added', 'load', 'timeout'])
  })

  it('ends the rest when an end throws', () => {
    const scope = createScope()
    const seen: string[] = []
    scope.add(() => seen.push('first'))
    scope.add(() => {
      throw new Error('mine')
    })
    expect(scope.end().errors).toEqual([new Error('mine')])
    expect(seen).toEqual(['first'])
  })

  it('ends its children, and forgets those that ended before', () => {
    const scope = createScope()
    const seen: string[] = []
    const child = scope.child()
    child.add(() => seen.push('child'))
    scope.child().end()
    expect(scope.end().left).toEqual({ ...NONE, other: 1 })
    expect(seen).toEqual(['child'])
    expect(child.signal.aborted).toBe(true)
  })

  it('has timers that are longer than those of a browser, which would fire at once', () => {
    vi.useFakeTimers()
    const scope = createScope()
    const seen: string[] = []
    scope.timeout(() => seen.push('timeout'), 2 ** 31)
    scope.interval(() => seen.push('interval'), 2 ** 31)
    scope.timeout(() => seen.push('never'), Number.POSITIVE_INFINITY)
    vi.advanceTimersByTime(2 ** 31 - 1)
    expect(seen).toEqual([])
    vi.advanceTimersByTime(2 ** 31 + 1)
    expect(seen).toEqual(['timeout', 'interval', 'interval'])
    expect(scope.end().left.timer).toBe(2)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends twice without harm, and at once what comes later', () => {
    const scope = createScope()
    scope.end()
    expect(scope.end().left).toEqual(NONE)
    const seen: string[] = []
    scope.add(() => seen.push('at once'))
    expect(scope.controller().signal.aborted).toBe(true)
    expect(seen).toEqual(['at once'])
  })

  it('holds nothing of what has ended', () => {
    vi.useFakeTimers()
    const scope = createScope()
    for (let index = 0; index < 1_000; index++) scope.child().end()
    expect(scope.end().left).toEqual(NONE)
  })
})
