import { createFakeClock } from '@hotpath/testkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { watchMemory } from '../src/index.ts'
import { createFakeMemory } from '../src/testing/index.ts'

const MB = 1_048_576

afterEach(() => vi.unstubAllGlobals())

function heapOf(usedMb: number, limitMb = 4_096): void {
  vi.stubGlobal('performance', { memory: { usedJSHeapSize: usedMb * MB, jsHeapSizeLimit: limitMb * MB } })
}

describe('what the caller counts', () => {
  it.each([
    [39, 'normal'],
    [40, 'warning'],
    [44.9, 'warning'],
    [45, 'critical'],
    [400, 'critical'],
  ])('of %s MB is %s in the default budget of 50 MB', (usedMb, level) => {
    const memory = watchMemory({ used: () => usedMb * MB, clock: createFakeClock() })
    expect(memory.check()).toBe(level)
  })

  it('is looked at every ten seconds, and reported when its level changes', () => {
    const clock = createFakeClock()
    let used = 0
    const memory = watchMemory({ used: () => used, budget: 100, clock })
    const heard: unknown[] = []
    memory.on('*', (event) => heard.push(event))
    clock.advance(10_000)
    used = 95
    clock.advance(9_999)
    expect(heard).toEqual([])
    clock.advance(1)
    used = 96
    clock.advance(10_000)
    expect(heard).toEqual([{ type: 'critical', source: 'used', usedBytes: 95, budgetBytes: 100 }])
    memory.close()
    expect(clock.pending).toBe(0)
  })

  it('has to fall by a twentieth of the budget before its level does', () => {
    let used = 90
    const memory = watchMemory({ used: () => used, budget: 100, clock: createFakeClock() })
    const levels = [90, 89, 85, 84, 79, 75, 74, 79, 80].map((next) => {
      used = next
      return memory.check()
    })
    expect(levels).toEqual([
      'critical',
      'critical',
      'critical',
      'warning',
      'warning',
      'warning',
      'normal',
      'normal',
      'warning',
    ])
  })

  it.each([
    ['NaN', () => Number.NaN, 'received NaN'],
    ['a negative number', () => -1, 'received -1'],
    ['nothing', () => undefined as never, 'received undefined'],
    ['a promise', () => Promise.resolve(1) as never, 'must be bytes from 0'],
    [
      'an error',
      () => {
        throw new Error('mine')
      },
      'Cause: mine',
    ],
  ])('is as it was last when counting comes to %s, which is a fault', (_name, broken, message) => {
    let used = (): number => 85
    const memory = watchMemory({ used: () => used(), budget: 100, clock: createFakeClock() })
    const heard: string[] = []
    memory.on('*', (event) => heard.push(event.type === 'fault' ? event.error.message : event.type))
    memory.check()
    used = broken
    expect([memory.check(), memory.level]).toEqual(['warning', 'warning'])
    expect(heard).toEqual(['warning', expect.stringContaining(message)])
    used = () => 1
    expect(memory.check()).toBe('normal')
  })

  it('does not hide the heap when counting throws', () => {
    heapOf(470)
    const memory = watchMemory({ used: () => Number.NaN, clock: createFakeClock() })
    expect(memory.check()).toBe('critical')
  })
})

describe('the heap', () => {
  it('is not watched where the browser does not report it', () => {
    expect(watchMemory({ heap: 1, clock: createFakeClock() }).check()).toBe('normal')
  })

  it.each([
    [409, 4_096, 'normal'],
    [410, 4_096, 'warning'],
    [461, 4_096, 'critical'],
    [201, 300, 'critical'],
    [200, 300, 'normal'],
  ])('of %s MB of %s MB is %s', (usedMb, limitMb, level) => {
    heapOf(usedMb, limitMb)
    const memory = watchMemory({ clock: createFakeClock() })
    const heard: unknown[] = []
    memory.on('*', (event) => heard.push('source' in event && event.source))
    expect(memory.check()).toBe(level)
    expect(heard).toEqual(level === 'normal' ? [] : ['heap'])
  })

  it('counts with what the caller counts: the higher level holds', () => {
    heapOf(470)
    const memory = watchMemory({ used: () => 85, budget: 100, clock: createFakeClock() })
    expect(memory.check()).toBe('critical')
    heapOf(1)
    expect(memory.check()).toBe('warning')
  })
})

it('refuses options that are wrong', () => {
  expect(() => watchMemory({ budget: '50 megabytes' as never })).toThrow('`budget` must')
  expect(() => watchMemory({ used: 5 as never })).toThrow('`used` must be a function')
})

it('is filled by the test in the fake', () => {
  const memory = createFakeMemory()
  const heard: unknown[] = []
  memory.on('warning', ({ usedBytes, budgetBytes }) => heard.push(usedBytes / budgetBytes))
  memory.set('warning')
  memory.set('warning')
  expect(heard).toEqual([0.85])
  expect(memory.check()).toBe('warning')
})
