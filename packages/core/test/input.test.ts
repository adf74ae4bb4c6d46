/** Input that is wrong, and counts and sizes that have to be right. */
import type { Entry, TierStore } from '@hotpath/contract'
import { describe, expect, test } from 'vitest'
import { type Cache, type LoadContext, createCache, isHotpathError, memory } from './core.ts'
import { sizeOf } from '../src/memory/size-of.ts'
import { make } from './make.ts'

/** A synchronous tier that is a class, so that its methods need `this`. */
class MapStore implements TierStore {
  readonly sync = true
  readonly shared = false
  readonly #entries = new Map<string, Entry>()
  get(key: string): Entry | undefined {
    return this.#entries.get(key)
  }
  peek(key: string): Entry | undefined {
    return this.#entries.get(key)
  }
  getMany(keys: readonly string[]): (Entry | undefined)[] {
    return keys.map((key) => this.#entries.get(key))
  }
  set(key: string, entry: Entry): void {
    this.#entries.set(key, entry)
  }
  setMany(entries: readonly (readonly [string, Entry])[]): void {
    for (const [key, entry] of entries) this.#entries.set(key, entry)
  }
  delete(keys: readonly string[]): void {
    for (const key of keys) this.#entries.delete(key)
  }
  clear(): void {
    this.#entries.clear()
  }
  purge(): number {
    return 0
  }
  close(): void {}
}

describe('a tier that is a class', () => {
  const open = (): Cache => make({ tiers: [{ type: 'map', open: () => new MapStore() }] }).cache

  test('keeps its entries when another key is set', async () => {
    const cache = open()
    let resets = 0
    cache.on('reset', () => void resets++)
    await cache.set('a', 1)
    await cache.set('b', 1)
    expect([resets, cache.peek('a')]).toEqual([0, 1])
  })

  test('is inspected', async () => {
    const cache = open()
    await cache.set('k', 1)
    expect((await cache.inspect('k')).state).toBe('fresh')
  })
})

describe('input', () => {
  test('addTags refuses a text, whose letters are no tags', async () => {
    const { cache } = make()
    const read = cache.getOrSet('k', ({ addTags }: LoadContext) => (addTags('country:DE' as never), 1))
    await expect(read).rejects.toMatchObject({ code: 'ERR_TAG_INVALID' })
  })

  const CALLS: Record<string, (cache: Cache) => unknown> = {
    'setTtl(null)': (cache) => cache.getOrSet('k', ({ setTtl }: LoadContext) => (setTtl(null as never), 1)),
    'addTags(undefined)': (cache) =>
      cache.getOrSet('k', ({ addTags }: LoadContext) => (addTags(undefined as never), 1)),
    'getMany of a text': (cache) => cache.getMany('abc' as never),
    'getMany of nothing': (cache) => cache.getMany(undefined as never),
    'getOrSetMany of nothing': (cache) => cache.getOrSetMany(undefined as never, () => []),
    'setMany of nothing': (cache) => cache.setMany(undefined as never),
    'setMany of null': (cache) => cache.setMany([null] as never),
    'warm of nothing': (cache) => cache.warm(undefined as never),
    'warm with a bad ttl and an empty source': (cache) => cache.warm([], { ttl: 'x' as never }),
    'warm of null': async (cache) => Promise.reject((await cache.warm([null] as never)).errors[0]),
    'a signal that is none': (cache) => cache.getOrSet('k', () => 1, { signal: {} as never }),
    'a listener that is none': async (cache) => cache.on('hit', 5 as never),
    'a type of event that there is not': async (cache) => cache.on('hits' as never, () => {}),
    'wrap with tags that are a text': async (cache) => cache.wrap(Number, { tags: 't' as never }),
    'wrap with a key that is no function': async (cache) => cache.wrap(Number, { key: 'k' as never })(1),
    'a sizeOf that is no function': async () => memory({ maxEntries: 1, sizeOf: 5 as never }),
    'a log that is no function': async () =>
      createCache({ name: 'n', tiers: [memory({ maxEntries: 1 })], log: 5 as never }),
    'a timeout that is a list': (cache) => cache.getOrSet('k', () => 1, { timeout: [] as never }),
  }
  for (const [what, call] of Object.entries(CALLS)) {
    test(`${what} is a typed error`, async () => {
      const { cache } = make()
      const error = await Promise.resolve(call(cache)).then(
        () => 'no error',
        (reason: unknown) => reason,
      )
      expect(isHotpathError(error), String(error)).toBe(true)
    })
  }

  test('a bad option of a cache is refused before a tier is opened, which nobody would close', () => {
    let opened = 0
    const tier = memory({ maxEntries: 1 })
    const counted = {
      type: 'memory',
      open: (context: Parameters<typeof tier.open>[0]) => (opened++, tier.open(context)),
    }
    expect(() => createCache({ name: 'n', tiers: [counted], maxOffline: 'x' as never })).toThrow()
    expect(opened).toBe(0)
  })

  test('P17: setMany of no entries rejects once the cache is closed', async () => {
    const { cache } = make()
    await cache.close()
    await expect(cache.setMany([])).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
  })
})

describe('counts and sizes', () => {
  test('a load that fails by its ttl is counted once, as a failure', async () => {
    const { cache } = make()
    await cache.getOrSet('k', ({ setTtl }: LoadContext) => (setTtl('x' as never), 1)).catch(() => {})
    expect(cache.stats()).toMatchObject({ loads: 0, loadFailures: 1, loadTimes: { count: 1 } })
  })

  test('an eviction for bytes says so, also when the tier was full of entries', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 2, maxBytes: 2_000 })] })
    const reasons: string[] = []
    cache.on('evict', ({ reason }) => reasons.push(reason))
    await cache.set('a', 1)
    await cache.set('b', 1)
    await cache.set('a', 'x'.repeat(1_600))
    expect(reasons).toEqual(['max-bytes'])
  })

  test('each report of warm keeps the errors that it had', async () => {
    const { cache } = make()
    const seen: (readonly unknown[])[] = []
    const load = (): never => {
      throw new Error('down')
    }
    await cache.warm(['a', 'b'], { load, concurrency: 1, onProgress: ({ errors }) => seen.push(errors) })
    expect(seen.map((errors) => errors.length)).toEqual([1, 2])
  })

  const text = 'x'.repeat(100_000)
  const HOLDERS: Record<string, unknown> = {
    URL: new URL(`https://example.org/${text}`),
    RegExp: new RegExp(text),
    'the cause of an Error': new Error('failed', { cause: text }),
    SharedArrayBuffer: new SharedArrayBuffer(100_000),
  }
  for (const [what, value] of Object.entries(HOLDERS)) {
    test(`P10: ${what} weighs what it holds`, () => {
      expect(sizeOf(value)).toBeGreaterThanOrEqual(100_000)
    })
  }

  test('a list that two members share counts once, as shared objects do', () => {
    const list = ['x'.repeat(1_000)]
    expect(sizeOf({ a: list, b: list })).toBeLessThan(1_500)
  })
})
