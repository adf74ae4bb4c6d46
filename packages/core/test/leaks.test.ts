/** What is let go of is collected: seen by the garbage collector, which runs on demand here. */
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { type Cache, createCache, memory } from './core.ts'
import { collected, gc } from './collected.ts'

function makeCache(maxEntries = 1_000): Cache {
  return createCache({ name: 'leaks', tiers: [memory({ maxEntries })], backoff: false })
}

test('the collector sees what is still held', async () => {
  const cache = makeCache()
  const held = new WeakRef({})
  await cache.set('k', held.deref())
  expect(await collected(held)).toBe(false)
  expect(cache.peek('k')).toBeDefined()
})

test('values that were deleted, evicted, invalidated and read over, or cleared are let go', async () => {
  const cache = makeCache(2)
  const references: WeakRef<object>[] = []
  const store = async (key: string, tags: readonly string[] = []): Promise<void> => {
    const value = { key }
    references.push(new WeakRef(value))
    await cache.set(key, value, { tags })
  }
  await store('deleted')
  await cache.delete('deleted')
  for (const key of ['evicted', 'a', 'b']) await store(key)
  await cache.clear()
  await store('invalidated', ['t'])
  await cache.invalidateTags(['t'])
  await cache.get('invalidated')
  expect(await collected(...references)).toBe(true)
})

test('a finished or failed load lets go of its loader, value and callers', async () => {
  const cache = makeCache()
  const references: WeakRef<object>[] = []
  const call = async (fail: boolean): Promise<void> => {
    const [held, controller] = [{ fail }, new AbortController()]
    references.push(new WeakRef(held), new WeakRef(controller.signal))
    const load = ({ signal }: { signal: AbortSignal }): object => {
      expect(signal.aborted).toBe(false)
      if (held.fail) throw new Error('down')
      return { held }
    }
    await cache.getOrSet(fail ? 'failed' : 'done', load, { ttl: 0, signal: controller.signal }).catch(() => {})
  }
  await call(false)
  await call(true)
  expect(await collected(...references)).toBe(true)
})

test('a signal that lives long holds no caller', async () => {
  const cache = makeCache()
  const { signal } = new AbortController()
  const references: WeakRef<object>[] = []
  const call = async (): Promise<void> => {
    const loader = (): number => 1
    references.push(new WeakRef(loader))
    await cache.getOrSet('k', loader, { signal, refresh: true })
  }
  await call()
  expect(await collected(...references)).toBe(true)
  expect(signal.aborted).toBe(false)
})

test('listeners that ended, namespaces and closed caches are let go', async () => {
  const cache = makeCache()
  const references: WeakRef<object>[] = []
  const use = async (): Promise<void> => {
    const listener = (): void => {}
    cache.on('hit', listener)()
    const other = makeCache()
    await other.set('k', 1)
    await other.close()
    references.push(new WeakRef(listener), new WeakRef(cache.namespace('n')), new WeakRef(other))
  }
  await use()
  expect(await collected(...references)).toBe(true)
})

test('P10: two hundred thousand keys leave no more behind than the bounds allow', async () => {
  const cache = makeCache(1_000)
  const use = async (from: number): Promise<void> => {
    for (let n = from; n < from + 100_000; n++) {
      await cache.getOrSet(['read', n], () => n, { tags: [`t${n}`] })
      if (n % 4 === 0) await cache.invalidateTags([`t${n}`])
      if (n % 4 === 1) await cache.delete(['read', n])
      if (n % 400 === 2) await cache.getOrSet(['fails', n], () => Promise.reject(new Error('down'))).catch(() => {})
    }
  }
  await use(0)
  gc()
  const before = process.memoryUsage().heapUsed
  await use(100_000)
  gc()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * 1024 * 1024)
  expect(cache.stats().tiers[0]?.usage?.entries).toBeLessThanOrEqual(1_000)
}, 60_000)

test('P17: a cache that nobody closed keeps no process alive', () => {
  const program = `
    import { createCache, memory } from '@hotpath/core'
    const cache = createCache({ name: 'open', tiers: [memory({ maxEntries: 10 })] })
    await cache.getOrSet('k', () => 1)
    console.log(await cache.get('k'))`
  const node = ['--conditions=@hotpath/source', '--input-type=module', '--eval', program]
  const printed = execFileSync(process.execPath, node, { cwd: import.meta.dirname, timeout: 30_000, encoding: 'utf8' })
  expect(printed.trim()).toBe('1')
}, 60_000)
