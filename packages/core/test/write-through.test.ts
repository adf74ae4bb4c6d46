import { asyncTier, createSharedLog, createSharedStore, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type Cache, createCache, createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

/** A save that ends when the test says so. */
function deferredSave(): {
  readonly save: () => Promise<string | undefined>
  readonly calls: { resolve(value?: string): void; reject(error: unknown): void }[]
} {
  const calls: { resolve(value?: string): void; reject(error: unknown): void }[] = []
  return { save: () => new Promise((resolve, reject) => calls.push({ resolve, reject })), calls }
}

async function filled(): Promise<ReturnType<typeof make>> {
  const made = make()
  await made.cache.set('k', 'old')
  return made
}

describe('write', () => {
  test('saves, then stores what was saved, with its tags', async () => {
    const { cache } = await filled()
    const { value, token } = await cache.write('k', { name: 'Ann' }, ({ name }) => ({ name, id: 7 }), { tags: ['t'] })
    expect(value).toEqual({ name: 'Ann', id: 7 })
    expect(await cache.get('k', { after: token })).toEqual({ name: 'Ann', id: 7 })
    await cache.invalidateTags(['t'])
    expect(await cache.get('k')).toBeUndefined()
  })

  test('stores the value itself where the save returns nothing', async () => {
    const { cache } = await filled()
    const written = await cache.write('k', 'new', () => {})
    expect([written.value, await cache.get('k')]).toEqual(['new', 'new'])
  })

  test('runs the saves of one key one at a time in the order of the calls, and leaves none out', async () => {
    const { cache } = make()
    const { save, calls } = deferredSave()
    const order: number[] = []
    const writes = [1, 2, 3].map((one) => cache.write('k', one, save).then(() => order.push(one)))
    const other = cache.write('other', 0, save)
    await flush()
    expect(calls.length).toBe(2)
    calls[1]?.resolve()
    await other
    calls[0]?.reject(new Error('down'))
    await expect(writes[0]).rejects.toThrow('down')
    await flush()
    expect(calls.length).toBe(3)
    calls[2]?.resolve()
    await writes[1]
    await flush()
    calls[3]?.resolve()
    await writes[2]
    expect([order, await cache.get('k')]).toEqual([[2, 3], 3])
  })

  test('invalidates the key when the save fails, unless nothing was applied', async () => {
    const { cache } = await filled()
    const failing = (): never => {
      throw new RangeError('refused')
    }
    const rejected = (error: unknown): boolean => error instanceof RangeError
    await expect(cache.write('k', 'new', failing, { rejected })).rejects.toThrow('refused')
    expect(await cache.get('k')).toBe('old')
    await expect(cache.write('k', 'new', failing)).rejects.toThrow('refused')
    expect(await cache.get('k')).toBeUndefined()
  })

  test('a `rejected` that throws is a fault: the error of the save is passed on, and the key invalidated', async () => {
    const { cache } = await filled()
    const faults: unknown[] = []
    cache.on('fault', ({ error }) => faults.push([error.code, (error.cause as Error).message]))
    const failing = (): never => {
      throw new RangeError('refused')
    }
    const rejected = (): never => {
      throw new Error('in rejected')
    }
    const rejectedLater = (async () => rejected()) as never
    await expect(cache.write('k', 'new', failing, { rejected })).rejects.toThrow('refused')
    await expect(cache.write('k', 'new', failing, { rejected: rejectedLater })).rejects.toThrow('refused')
    expect(faults).toEqual([1, 2].map(() => ['ERR_LISTENER_THREW', 'in rejected']))
    expect(await cache.get('k')).toBeUndefined()
  })

  test('gives up a save after `timeout`, and invalidates again when it has ended after all', async () => {
    const { cache, clock } = await filled()
    const { save, calls } = deferredSave()
    let signal: AbortSignal | undefined
    const saving = (_: string, context: { readonly signal: AbortSignal }): Promise<string | undefined> => {
      signal = context.signal
      return save()
    }
    const write = cache.write('k', 'new', saving, { timeout: '1s' })
    await flush()
    clock.advance(1_000)
    await expect(write).rejects.toMatchObject({ code: 'ERR_LOAD_TIMEOUT' })
    expect([signal?.aborted, await cache.get('k')]).toEqual([true, undefined])
    // Read from the source before the save came through.
    await cache.set('k', 'old')
    calls[0]?.resolve('new')
    await flush()
    expect(await cache.get('k')).toBeUndefined()
  })

  test('does not store what something else invalidated meanwhile', async () => {
    const others: readonly ((cache: Cache) => Promise<unknown>)[] = [
      (cache) => cache.delete('k'),
      (cache) => cache.set('k', 'theirs'),
      (cache) => cache.invalidateTags(['t']),
      (cache) => cache.invalidatePrefix('k'),
      (cache) => cache.clear(),
    ]
    for (const other of others) {
      const { cache } = await filled()
      const { save, calls } = deferredSave()
      const write = cache.write('k', 'new', save, { tags: ['t'] })
      await flush()
      await other(cache)
      calls[0]?.resolve()
      await write
      expect(await cache.get('k')).toBeUndefined()
    }
  })

  test('of two processes that save one key at once neither stores', async () => {
    const [store, log] = [createSharedStore(), createSharedLog(() => createMemoryLog())]
    const caches = [1, 2].map(() =>
      createCache({ name: 'test', tiers: [memory({ maxEntries: 10 }), asyncTier(store)], log: () => log.connect() }),
    )
    const [one, other] = caches as [Cache, Cache]
    await Promise.all(caches.map((cache) => cache.ready()))
    const { save, calls } = deferredSave()
    const writes = [one.write('k', 'first', save), other.write('k', 'second', save)]
    await flush()
    // The source has the second one last, and the log the first one.
    calls[1]?.resolve()
    await writes[1]
    calls[0]?.resolve()
    const written = await writes[0]
    for (const cache of caches) expect(await cache.get('k', { after: written?.token })).toBeUndefined()
    const { token } = await one.write('k', 'alone', () => {})
    for (const cache of caches) expect(await cache.get('k', { after: token })).toBe('alone')
    await Promise.all(caches.map((cache) => cache.close()))
  })

  test('P17: `close` waits for a save that is under way', async () => {
    const { cache } = await filled()
    const { save, calls } = deferredSave()
    const write = cache.write('k', 'new', save)
    await flush()
    const closed = cache.close()
    calls[0]?.resolve()
    expect((await write).value).toBe('new')
    await closed
  })

  test('P17: a save that does not end is given up when `close` has waited for it, and so is one that waits behind it', async () => {
    const { cache, clock } = await filled()
    const signals: AbortSignal[] = []
    const save = (_: string, { signal }: { readonly signal: AbortSignal }): Promise<never> => {
      signals.push(signal)
      return new Promise(() => {})
    }
    const writes = [1, 2].map(() => cache.write('k', 'new', save, { timeout: false }).catch((error: unknown) => error))
    await flush()
    let isClosed = false
    const closed = cache.close().then(() => (isClosed = true))
    await clock.advanceAsync(4_900)
    expect([isClosed, signals[0]?.aborted]).toEqual([false, false])
    await clock.advanceAsync(200)
    await closed
    await flush()
    expect([signals.length, signals[0]?.aborted, clock.pending]).toEqual([1, true, 0])
    expect(await Promise.race([Promise.all(writes), flush()])).toMatchObject([
      { code: 'ERR_CACHE_CLOSED' },
      { code: 'ERR_CACHE_CLOSED' },
    ])
  })

  test('refuses wrong input before it saves', async () => {
    const { cache } = await filled()
    let saves = 0
    const save = (): void => void saves++
    await expect(cache.write('k', 1, save, { tag: 1 } as never)).rejects.toThrow('tag')
    await expect(cache.write('k', 1, save, { ttl: -1 })).rejects.toThrow('ttl')
    await expect(cache.write('k', 1, save, { tags: [''] })).rejects.toThrow('tags')
    await expect(cache.write([() => 1] as never, 1, save)).rejects.toThrow()
    await expect(cache.write('k', 1, 'save' as never)).rejects.toThrow('save')
    await cache.close()
    await expect(cache.write('k', 1, save)).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    expect(saves).toBe(0)
  })
})
