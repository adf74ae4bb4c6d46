import { createFakeClock, deferred, type Deferred } from '@hotpath/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Connectivity, type ConnectivityOptions, createConnectivity } from '../src/index.ts'
import { createFakeConnectivity, createFakeLifecycle } from '../src/testing/index.ts'

let clock = createFakeClock()
let probes: { readonly at: number; readonly signal: AbortSignal; readonly response: Deferred<unknown> }[] = []
const heard: string[] = []

beforeEach(() => {
  clock = createFakeClock()
  probes = []
  heard.length = 0
})
afterEach(() => vi.unstubAllGlobals())

function probed(options: ConnectivityOptions = {}): Connectivity {
  const connectivity = createConnectivity({
    clock,
    random: () => 0,
    probe(signal) {
      const response = deferred<unknown>()
      probes.push({ at: clock.monotonic(), signal, response })
      return response.promise
    },
    ...options,
  })
  connectivity.on('*', ({ type }) => heard.push(type))
  return connectivity
}

async function fail(): Promise<void> {
  probes.at(-1)?.response.reject(new TypeError('fetch failed'))
  await clock.advanceAsync(0)
}

describe('connectivity', () => {
  it('believes the browser until a request has shown something', () => {
    vi.stubGlobal('navigator', { onLine: false })
    expect(createConnectivity({ clock }).isOnline).toBe(false)
    vi.stubGlobal('navigator', {})
    expect(createConnectivity({ clock }).isOnline).toBe(true)
  })

  it('is offline after a request failed, and online after one succeeded', () => {
    const connectivity = probed({ probe: undefined })
    connectivity.failed()
    connectivity.failed()
    expect(connectivity.isOnline).toBe(false)
    connectivity.succeeded()
    expect(connectivity.isOnline).toBe(true)
    expect(heard).toEqual(['offline', 'online'])
    expect(clock.pending).toBe(0)
  })

  it('probes again and again, each time twice as long apart, up to a minute', async () => {
    probed().failed()
    for (let count = 1; count <= 9; count++) {
      clock.advanceToNext()
      expect(probes).toHaveLength(count)
      await fail()
    }
    expect(probes.map(({ at }) => at / 1_000)).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243])
    clock.advanceToNext()
    probes.at(-1)?.response.resolve(undefined)
    await clock.advanceAsync(0)
    expect(heard).toEqual(['offline', 'online'])
    expect(clock.pending).toBe(0)
  })

  it('shortens the time at random by up to a half', () => {
    probed({ random: () => 1 }).failed()
    clock.advance(500)
    expect(probes).toHaveLength(1)
  })

  it('does not begin again at the first delay for each request that fails', async () => {
    const connectivity = probed()
    connectivity.failed()
    await clock.advanceAsync(900)
    connectivity.failed()
    await clock.advanceAsync(100)
    expect(probes).toHaveLength(1)
  })

  it('gives up a probe that takes too long', async () => {
    probed({ timeout: '2s' }).failed()
    await clock.advanceAsync(3_000)
    expect(probes[0]?.signal.aborted).toBe(true)
    await clock.advanceAsync(2_000)
    expect(probes).toHaveLength(2)
  })

  it('takes the word of a request over that of a probe that is under way', async () => {
    const connectivity = probed()
    connectivity.failed()
    await clock.advanceAsync(1_000)
    connectivity.succeeded()
    expect(probes[0]?.signal.aborted).toBe(true)
    await fail()
    expect(connectivity.isOnline).toBe(true)
    expect(heard).toEqual(['offline', 'online'])
  })

  it('survives a probe that throws', async () => {
    const connectivity = probed({
      probe: () => {
        throw new Error('mine')
      },
    })
    await expect(connectivity.check()).resolves.toBe(false)
  })

  it('shares a probe between callers', async () => {
    const connectivity = probed()
    const both = Promise.all([connectivity.check(), connectivity.check()])
    probes[0]?.response.resolve(undefined)
    await expect(both).resolves.toEqual([true, true])
    expect(probes).toHaveLength(1)
  })

  it('does not probe while the page is hidden, and at once when it is visible', async () => {
    const lifecycle = createFakeLifecycle()
    probed({ lifecycle }).failed()
    lifecycle.hide()
    await clock.advanceAsync(3_600_000)
    expect(probes).toHaveLength(0)
    lifecycle.show()
    expect(probes).toHaveLength(1)
  })

  it('takes what the browser fires for a reason to probe, and for nothing more', async () => {
    const window = new EventTarget()
    vi.stubGlobal('addEventListener', window.addEventListener.bind(window))
    const connectivity = probed()
    window.dispatchEvent(new Event('offline'))
    expect(connectivity.isOnline).toBe(true)
    await fail()
    expect(connectivity.isOnline).toBe(false)
    window.dispatchEvent(new Event('online'))
    expect(connectivity.isOnline).toBe(false)
    probes.at(-1)?.response.resolve(undefined)
    await clock.advanceAsync(0)
    expect(connectivity.isOnline).toBe(true)
  })

  it('leaves nothing behind', async () => {
    const connectivity = probed()
    connectivity.failed()
    await clock.advanceAsync(1_000)
    connectivity.close()
    expect(probes[0]?.signal.aborted).toBe(true)
    await clock.advanceAsync(100_000)
    connectivity.failed()
    expect(clock.pending).toBe(0)
    expect(probes).toHaveLength(1)
  })

  it('refuses options that are wrong', () => {
    expect(() => createConnectivity({ probe: 'yes' as never })).toThrow('`probe` must be a function')
    expect(() => createConnectivity({ delay: -1 })).toThrow('`delay` must not be negative')
  })
})

describe('the fake', () => {
  it('is switched by the test, and counts reports', async () => {
    const connectivity = createFakeConnectivity()
    connectivity.on('*', ({ type }) => heard.push(type))
    connectivity.set(false)
    connectivity.set(false)
    connectivity.succeeded()
    connectivity.failed()
    await expect(connectivity.check()).resolves.toBe(false)
    expect(heard).toEqual(['offline'])
    expect(connectivity.reports).toEqual({ succeeded: 1, failed: 1, checked: 1 })
  })
})
