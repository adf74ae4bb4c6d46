import { type Invalidation, type Token, toToken } from '@hotpath/contract'
import { createFakeDatabase, createFakeLifecycle } from '@hotpath/web/testing'
import { describe, expect, it, vi } from 'vitest'
import { STORES } from '../src/database/stores.ts'
import { type Check, keepWhatHolds } from '../src/follow/keep-what-holds.ts'
import { LogStore } from '../src/log/log-store.ts'

const token = 'server.7' as Token

async function createPage() {
  const database = createFakeDatabase({ stores: STORES, lifecycle: createFakeLifecycle(), window: 0 })
  const log = new LogStore(database)
  const append = (...invalidations: Invalidation[]) => log.append(invalidations, () => {})
  await append({ scope: { type: 'tag', tag: 'before' }, strength: 'hard' })
  const { epoch } = await log.head()
  /** Stores an entry that was loaded at a position of the log. */
  const store = (key: string, tags: readonly string[], asOf: number, of = epoch) =>
    database.put('entries', key, { value: key, tags, epoch: of, asOf })
  const cache = {
    name: 'shop',
    invalidate: async () => toToken((await append({ scope: { type: 'all' }, strength: 'hard' })).head),
  }
  const asOf = async (key: string) => ((await database.get('entries', key)) as { asOf: number }).asOf
  const keep = (check: Check) => keepWhatHolds({ cache, database, token, resumesAt: token, check })
  return { cache, database, log, append, store, asOf, keep }
}

const nothing: Check = async () => ({ token, keys: [], tags: [] })

describe('keepWhatHolds', () => {
  it('asks for all keys and tags, and keeps the entries of which nothing is gone', async () => {
    const { store, asOf, keep, log } = await createPage()
    await store('a', ['prices'], 1)
    await store('b', ['cities', 'countries'], 1)
    await store('c', ['cities'], 1)
    let asked: unknown
    await keep(async (request) => {
      asked = request
      return { token, keys: ['c'], tags: ['prices'] }
    })
    expect(asked).toEqual({ token, keys: ['a', 'b', 'c'], tags: ['prices', 'cities', 'countries'] })
    const { position } = await log.head()
    expect(await Promise.all(['a', 'b', 'c'].map(asOf))).toEqual([1, position, 1])
  })

  it('keeps nothing that the browser has invalidated by then, hard or soft, or that is of another log', async () => {
    const { store, asOf, keep, append } = await createPage()
    await store('hard', ['one'], 1)
    await store('soft', ['two'], 1)
    await store('later', ['three'], 1)
    await store('older', ['before'], 0)
    await store('other', [], 1, 'another')
    await append({ scope: { type: 'tag', tag: 'one' }, strength: 'hard' })
    await append({ scope: { type: 'tag', tag: 'two' }, strength: 'soft' })
    await keep(async () => {
      await append({ scope: { type: 'key', key: 'later' }, strength: 'hard' })
      return { token, keys: [], tags: [] }
    })
    expect(await Promise.all(['hard', 'soft', 'later', 'older', 'other'].map(asOf))).toEqual([1, 1, 1, 0, 1])
  })

  it('leaves an entry alone that was replaced meanwhile', async () => {
    const { store, asOf, keep, log } = await createPage()
    await store('a', [], 0)
    await keep(async () => {
      await store('a', [], 1)
      return { token, keys: [], tags: [] }
    })
    expect(await asOf('a')).toBe(1)
    expect((await log.head()).position).toBe(2)
  })

  it('leaves an entry alone of whose tags the server was not asked, though it is of the same position', async () => {
    const { store, asOf, keep } = await createPage()
    await store('a', ['asked'], 1)
    await keep(async () => {
      await store('a', ['other'], 1)
      return { token, keys: [], tags: [] }
    })
    expect(await asOf('a')).toBe(1)
  })

  it.each([
    ['is something else', {}],
    ['names no keys', { token, tags: [] }],
    ['has no token', { keys: [], tags: [] }],
    ['is of a server that is not there yet', { token: 'server.6', keys: [], tags: [] }],
    ['is of another log', { token: 'other.9', keys: [], tags: [] }],
  ])('keeps nothing when the response %s', async (_, response) => {
    const { store, asOf, keep } = await createPage()
    await store('a', [], 1)
    await keep(async () => response as never)
    expect(await asOf('a')).toBe(1)
  })

  it('keeps nothing when the browser has invalidated more meanwhile than its log keeps', async () => {
    const { cache, store, asOf, keep, append } = await createPage()
    await store('a', [], 1)
    const { invalidate } = cache
    cache.invalidate = async () => {
      const others = Array.from(
        { length: 1_000 },
        () => ({ scope: { type: 'key', key: 'b' }, strength: 'hard' }) as const,
      )
      for (let appended = 0; appended < 13_000; appended += 1_000) await append(...others)
      return invalidate()
    }
    await keep(nothing)
    expect(await asOf('a')).toBe(1)
  })

  it('keeps nothing when the server does not say, or there is too much to ask', async () => {
    for (const count of [1, 10_001]) {
      const { database, store, asOf, keep, log } = await createPage()
      await Promise.all(Array.from({ length: count }, (_, index) => store(`key:${index}`, [], 1)))
      await keep(count === 1 ? () => Promise.reject(new Error('away')) : nothing)
      expect((await log.head()).position).toBe(2)
      expect(await asOf('key:0')).toBe(1)
      await database.close()
    }
  })

  it('invalidates everything where the database has no room to begin a log, or cannot be read', async () => {
    for (const away of ['room', 'reads'] as const) {
      const { cache, database, keep } = await createPage()
      const invalidate = vi.spyOn(cache, 'invalidate')
      await database.put('entries', 'a', { tags: [], epoch: 'of before', asOf: 1 })
      if (away === 'reads') database.getAllKeys = () => Promise.reject(new Error('away'))
      else {
        await database.clear('records')
        database.failNext(new DOMException('full', 'QuotaExceededError'))
      }
      await keep(nothing)
      expect(invalidate.mock.calls).toEqual([[['all'], { queue: false }]])
    }
  })

  it('leaves what there is no room to store again', async () => {
    const { cache, database, store, asOf, keep } = await createPage()
    await store('a', [], 1)
    const { invalidate } = cache
    cache.invalidate = async () => {
      const appended = await invalidate()
      database.failNext(new DOMException('full', 'QuotaExceededError'))
      return appended
    }
    await keep(nothing)
    expect(await asOf('a')).toBe(1)
  })
})
