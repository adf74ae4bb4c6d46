/** Who waits for a load, or has stopped waiting, leaves nothing behind: neither on his signal nor in the cache. */
import { getEventListeners } from 'node:events'
import { deferredLoader, flush } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import type { LoadContext } from './core.ts'
import { collected } from './collected.ts'
import { make } from './make.ts'

function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length
}

/** Something to be seen by the collector, held by a loader and its value. */
function heldLoader(references: WeakRef<object>[]): () => Promise<object> {
  const value = {}
  const loader = async (): Promise<object> => value
  references.push(new WeakRef(value), new WeakRef(loader))
  return loader
}

test('a signal is listened to while its caller waits, and no longer', async () => {
  const { cache } = make({ backoff: false })
  const { signal } = new AbortController()
  const load = deferredLoader<number, LoadContext<number>>()
  const loading = cache.getOrSet('k', load, { signal })
  const joining = cache.getOrSet('k', load, { signal })
  await flush()
  expect(listeners(signal)).toBe(2)
  load.at(0).resolve(1)
  expect(await Promise.all([loading, joining])).toEqual([1, 1])
  expect(listeners(signal)).toBe(0)

  const failing = cache.getOrSet('fails', load, { signal })
  await flush()
  load.at(1).reject(new Error('down'))
  await expect(failing).rejects.toThrow('down')
  expect(listeners(signal)).toBe(0)

  await cache.getOrSetMany(['a', 'b', 'k'], (missing) => missing.map(() => 1), { signal })
  expect(listeners(signal)).toBe(0)
  await cache.warm(['c', 'd'], { load: () => 1, signal })
  expect(listeners(signal)).toBe(0)
})

test('a caller that was answered by the soft timeout is not listened to while the load goes on', async () => {
  const { cache, clock } = make({ ttl: '1s', staleIfError: '1m', timeout: { soft: '10ms', hard: '1m' } })
  await cache.set('k', 'old')
  clock.advance(1_000)
  const { signal } = new AbortController()
  const load = deferredLoader<string, LoadContext<string>>()
  const reading = cache.getOrSet('k', load, { signal })
  await flush()
  expect(listeners(signal)).toBe(1)
  await clock.advanceAsync(10)
  expect(await reading).toBe('old')
  expect(listeners(signal)).toBe(0)
  load.at(0).resolve('new')
  await flush()
  expect(await cache.get('k')).toBe('new')
})

test('a caller who aborts is not listened to while others go on waiting, and is let go when they have their answer', async () => {
  const { cache } = make()
  const load = deferredLoader<number, LoadContext<number>>()
  const staying = cache.getOrSet('k', load)
  const references: WeakRef<object>[] = []
  const leave = async (): Promise<void> => {
    const controller = new AbortController()
    const leaving = cache.getOrSet('k', heldLoader(references), { signal: controller.signal })
    references.push(new WeakRef(controller.signal))
    controller.abort(new Error('enough'))
    await expect(leaving).rejects.toThrow('enough')
    expect(listeners(controller.signal)).toBe(0)
  }
  await leave()
  load.at(0).resolve(1)
  expect(await staying).toBe(1)
  expect(await collected(...references)).toBe(true)
})

test('a loader that never answers is let go of once nobody waits for it', async () => {
  const { cache, clock } = make({ timeout: '1s', backoff: false })
  const references: WeakRef<object>[] = []
  const hang = async (signal: AbortSignal | undefined, end: () => unknown): Promise<void> => {
    const held = {}
    const loader = async (context: LoadContext<object>): Promise<object> => {
      references.push(new WeakRef(held), new WeakRef(loader), new WeakRef(context.signal))
      return new Promise(() => {})
    }
    const loaderOfMany = async (): Promise<never> => new Promise(() => void held)
    references.push(new WeakRef(loaderOfMany))
    const calls = [cache.getOrSet('one', loader, { signal }), cache.getOrSetMany(['many'], loaderOfMany, { signal })]
    await flush()
    await end()
    for (const { status } of await Promise.allSettled(calls)) expect(status).toBe('rejected')
  }
  const controller = new AbortController()
  await hang(controller.signal, () => controller.abort())
  await hang(undefined, () => clock.advanceAsync(1_000))
  expect(references).toHaveLength(8)
  expect(await collected(...references)).toBe(true)
  expect(clock.pending).toBe(0)
})

test('a value that was refreshed, written over or purged is let go', async () => {
  const { cache, clock } = make({ ttl: '1s', staleWhileRevalidate: '1s' })
  const references: WeakRef<object>[] = []
  await cache.getOrSet('refreshed', heldLoader(references))
  await cache.getOrSet('written', heldLoader(references))
  clock.advance(1_000)
  await cache.getOrSet('refreshed', () => ({}))
  await flush()
  await cache.set('written', {})
  await cache.getOrSet('dead', heldLoader(references), { staleWhileRevalidate: false })
  clock.advance(1_000)
  expect(await cache.purgeExpired()).toBe(1)
  expect(await collected(...references)).toBe(true)
  expect(cache.peek('written', { stale: true })).toEqual({})
  expect(cache.peek('refreshed', { stale: true })).toEqual({})
})

test('P17: a cache that was closed lets go of its values, listeners, loads and timers, though it is still held', async () => {
  const { cache, clock } = make()
  const references: WeakRef<object>[] = []
  const use = async (): Promise<unknown> => {
    await cache.getOrSet('k', heldLoader(references))
    await cache.get('k')
    const listener = (): void => {}
    cache.on('hit', listener)
    references.push(new WeakRef(listener))
    const pending = cache.getOrSet('hangs', () => new Promise(() => {}))
    await flush()
    expect(clock.pending).toBeGreaterThan(0)
    const closing = cache.close()
    await expect(pending).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    return closing
  }
  await use()
  expect(clock.pending).toBe(0)
  expect(await collected(...references)).toBe(true)
  expect(cache.name).toBe('test')
})
