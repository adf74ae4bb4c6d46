import { deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, it, vi } from 'vitest'
import type { Cache } from '@hotpath/core'
import { observe } from '../src/index.ts'
import { optimistic } from '../src/mutation/index.ts'
import { observePages, type PageContext, type Pages, type PagesOptions } from '../src/pages/index.ts'
import { make, watch } from './make.ts'

interface Page {
  readonly items: readonly number[]
  readonly before: number | undefined
  readonly after: number | undefined
}

/** A server with a list of numbers, three on a page, each page beginning after or before an item. */
function serve(list: number[]) {
  const load = vi.fn(async ({ cursor }: Pick<PageContext<number>, 'cursor'>): Promise<Page> => {
    const start = Math.max(0, cursor)
    const items = list.slice(start, start + 3)
    return { items, before: start > 0 ? start - 3 : undefined, after: start + 3 < list.length ? start + 3 : undefined }
  })
  return { list, load }
}

const turns: PagesOptions<Page, number, number> = {
  first: 0,
  next: ({ after }) => after,
  previous: ({ before }) => before,
  items: ({ items }) => items,
  id: (item) => item,
}

const NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9]

describe('pages', () => {
  it('are loaded one after another until there is none', async () => {
    const { cache } = make()
    const { load } = serve(NINE)
    const pages = observePages(cache, 'list', load, turns)
    const seen: string[] = []
    pages.subscribe(() => {
      const { items, isFetching, isFetchingNext } = pages.snapshot()
      seen.push(`${items.length} ${isFetching} ${isFetchingNext}`)
    })
    await flush()
    expect(pages.snapshot()).toMatchObject({ items: [1, 2, 3], hasNext: true, hasPrevious: false, status: 'ready' })
    const fetched = pages.fetchNext()
    expect(pages.fetchNext()).toBe(fetched)
    expect((await fetched).items).toEqual([1, 2, 3, 4, 5, 6])
    await pages.fetchNext()
    await flush()
    expect(pages.snapshot()).toMatchObject({ items: NINE, hasNext: false, isFetchingNext: false })
    expect((await pages.fetchNext()).items).toEqual(NINE)
    expect(load).toHaveBeenCalledTimes(3)
    expect(seen).toEqual(['3 false false', '3 true true', '6 false false', '6 true true', '9 false false'])
    expect(cache.peek('list')).toMatchObject({ cursors: [0, 3, 6] })
  })

  it('end where `next` and `previous` return `null`, as they do for `undefined`', async () => {
    const { cache } = make()
    const load = vi.fn(async ({ cursor }: { readonly cursor: string | null }) => ({
      items: [cursor ?? 'a'],
      after: cursor === null ? 'b' : null,
    }))
    const pages = observePages(cache, 'list', load, {
      first: null,
      next: ({ after }) => after,
      previous: () => null,
      items: ({ items }) => items,
    })
    await pages.ready()
    expect(pages.snapshot()).toMatchObject({ items: ['a'], hasNext: true, hasPrevious: false })
    await pages.fetchNext()
    expect(pages.snapshot()).toMatchObject({ items: ['a', 'b'], hasNext: false })
    await pages.fetchNext()
    await pages.refetch()
    expect(load.mock.calls.map(([{ cursor }]) => cursor)).toEqual([null, 'b', null, 'b'])
  })

  it('that are no lists fail without `items`, which the error names, and nothing is stored', async () => {
    const { cache, faults } = make({ backoff: false })
    const load = vi.fn(async (): Promise<unknown> => ({ cities: ['Bern'] }))
    const pages = observePages(cache, 'list', load, { first: 0, next: () => undefined })
    expect(await pages.ready()).toMatchObject({
      status: 'failed',
      items: [],
      error: { code: 'ERR_CONFIG_OPTION', message: expect.stringContaining('`items` must be') as unknown },
    })
    expect(cache.peek('list')).toBeUndefined()
    load.mockResolvedValue(['Bern'])
    expect(await pages.refetch()).toMatchObject({ status: 'ready', items: ['Bern'] })
    load.mockResolvedValue(undefined)
    expect(await pages.refetch()).toMatchObject({ status: 'ready', items: [] })
    // As another deploy may have left it.
    await cache.set('list', { pages: [{ cities: ['Bern'] }], cursors: [0] })
    expect(pages.snapshot()).toMatchObject({ status: 'ready', items: [] })
    expect(faults[0]).toMatchObject({ code: 'ERR_LISTENER_THREW', cause: { code: 'ERR_CONFIG_OPTION' } })
  })

  it('go both ways, and the furthest goes beyond `maxPages`', async () => {
    const { cache } = make()
    const { load } = serve(NINE)
    const pages = observePages(cache, 'list', load, { ...turns, first: 3, maxPages: 2 })
    await pages.ready()
    expect((await pages.fetchPrevious()).items).toEqual([1, 2, 3, 4, 5, 6])
    expect(pages.snapshot()).toMatchObject({ hasPrevious: false, hasNext: true })
    expect((await pages.fetchNext()).items).toEqual([4, 5, 6, 7, 8, 9])
    expect(pages.snapshot()).toMatchObject({ hasPrevious: true, hasNext: false })
  })

  it('are refreshed together, and show what moved between them once', async () => {
    const { cache } = make()
    const { list, load } = serve([...NINE])
    const pages = observePages(cache, 'list', load, { ...turns, tags: ['list'] })
    pages.subscribe(() => {})
    await flush()
    await pages.fetchNext()
    list.unshift(0)
    expect((await pages.fetchNext()).items).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    await cache.invalidateTags(['list'])
    await flush()
    expect(pages.snapshot()).toMatchObject({ items: [0, 1, 2, 3, 4, 5, 6, 7, 8], isStale: false })
    list.length = 4
    await pages.refetch()
    expect(pages.snapshot()).toMatchObject({ items: [0, 1, 2, 3], hasNext: false })
  })

  it('are refreshed before a page is added to them, if that is on its way', async () => {
    const { cache } = make()
    const { list, load } = serve([...NINE])
    const calls = deferredLoader<void>()
    let isSlow = false
    const slow = async (context: PageContext<number>) => {
      if (isSlow) await calls(context)
      return load(context)
    }
    const pages = observePages(cache, 'list', slow, turns)
    pages.subscribe(() => {})
    await flush()
    isSlow = true
    const refetched = pages.refetch()
    await flush()
    const added = pages.fetchNext()
    await flush()
    expect(calls.calls).toHaveLength(1)
    list.unshift(0)
    calls.at(0).resolve()
    await refetched
    await flush()
    calls.at(1).resolve()
    expect((await added).items).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('that were invalidated while one was added are all loaded anew', async () => {
    const { cache } = make()
    const { list, load } = serve([...NINE])
    const calls = deferredLoader<void>()
    let isSlow = false
    const slow = async (context: PageContext<number>) => {
      context.addTags(['list'])
      const page = await load(context)
      if (isSlow) await calls(context)
      return page
    }
    const pages = observePages(cache, 'list', slow, turns)
    pages.subscribe(() => {})
    await flush()
    isSlow = true
    const added = pages.fetchNext()
    await flush()
    list[0] = -1
    await cache.invalidateTags(['list'])
    isSlow = false
    calls.at(0).resolve()
    await added
    await flush()
    expect(pages.snapshot()).toMatchObject({ items: [-1, 2, 3, 4, 5, 6], isStale: false })
  })

  it('stay when one of them cannot be loaded', async () => {
    const { cache } = make({ backoff: false })
    const { load } = serve(NINE)
    const pages = observePages(cache, 'list', load, turns)
    await pages.ready()
    load.mockRejectedValueOnce(new Error('down'))
    expect(await pages.fetchNext()).toMatchObject({ items: [1, 2, 3], status: 'failed', isFetchingNext: false })
    expect(await pages.fetchNext()).toMatchObject({ items: [1, 2, 3, 4, 5, 6], status: 'ready' })
  })

  it.each([
    [{ first: 0 }, '`next` must be a function'],
    [{ ...turns, maxPages: 0 }, '`maxPages`'],
    [{ ...turns, nexxt: 1 }, '`nexxt`'],
    [{ ...turns, keepPrevious: true }, '`keepPrevious`'],
  ])('with the options %o are refused', (options, message) => {
    const { cache } = make()
    expect(() => observePages(cache, 'list', serve(NINE).load, options as never)).toThrow(message)
  })
})

it('a `next` that throws counts as none, and does no lasting harm', async () => {
  const { cache, faults } = make()
  const { load } = serve(NINE)
  let isBroken = false
  const next = ({ after }: Page) => {
    if (isBroken) throw new Error('mine')
    return after
  }
  const pages = observePages(cache, 'list', load, { ...turns, next })
  await pages.ready()
  isBroken = true
  expect((await pages.fetchNext()).items).toEqual([1, 2, 3])
  expect(faults[0]?.message).toContain('mine')
  isBroken = false
  expect((await pages.fetchNext()).items).toEqual([1, 2, 3, 4, 5, 6])
})

describe('a key of a list', () => {
  const listOf = (cache: Cache, key: string) =>
    observePages(cache, key, async () => [1], { first: 0, next: () => undefined })
  const refusal = expect.objectContaining({
    code: 'ERR_KEY_KIND',
    message: expect.stringContaining('Key `cities` is shown as a list, page by page, and as a value.') as unknown,
  }) as Error

  it('is not shown as a value, nor one of a value as a list', () => {
    const { cache } = make()
    listOf(cache, 'cities')
    expect(() => observe(cache, 'cities', () => 1)).toThrow(refusal)
    const city = observe(cache, 'city', () => 1)
    expect(() => city.update('cities', () => 1)).toThrow(refusal)
    expect(() => city.fork('cities', () => 1)).toThrow(refusal)
    expect(() => listOf(cache, 'city')).toThrow(expect.objectContaining({ code: 'ERR_KEY_KIND' }))
  })

  it('is the list it was, whoever shows it again', async () => {
    const { cache } = make()
    await listOf(cache, 'cities').ready()
    expect((await listOf(cache, 'cities').ready()).items).toEqual([1])
  })
})

describe('a list', () => {
  const load = async ({ cursor }: { readonly cursor: number }): Promise<number[]> => [cursor, cursor + 1]
  const options = { first: 0, next: (last: readonly number[]) => (last[1] ?? 0) + 1 }

  it('is as old as its oldest page', async () => {
    const { cache, clock } = make({ ttl: 1_000 })
    const list = observePages(cache, 'list', load, options)
    watch(list)
    await list.ready()
    clock.advance(900)
    await list.fetchNext()
    expect(list.snapshot()).toMatchObject({ isStale: false, items: [0, 1, 2, 3] })
    await clock.advanceAsync(100)
    expect(list.snapshot().isStale).toBe(true)
    await list.fetchNext()
    expect(list.snapshot().items).toEqual([0, 1, 2, 3, 4, 5])
    await clock.advanceAsync(1)
    expect(list.snapshot().isStale).toBe(true)
  })

  it('lives as short as a page says, and no longer than it has left', async () => {
    const { cache } = make({ ttl: 1_000 })
    const ttls: number[] = [1_000, 100, 5_000]
    const list = observePages(
      cache,
      'list',
      async (context) => {
        context.setTtl({ ttl: ttls.shift() ?? 0 })
        return load(context)
      },
      options,
    )
    await list.ready()
    await list.fetchNext()
    expect(await cache.inspect('list')).toMatchObject({ ttlLeftMs: 100 })
    await list.fetchNext()
    expect(await cache.inspect('list')).toMatchObject({ ttlLeftMs: 100 })
  })

  it('takes the place of what another deploy has stored under its key', async () => {
    const { cache } = make()
    await cache.setMany([
      { key: 'shown', value: ['a', 'b'] },
      { key: 'ahead', value: { pages: 1 } },
    ])
    const [shown, ahead] = ['shown', 'ahead'].map((key) => observePages(cache, key, load, options))
    expect(shown?.snapshot()).toMatchObject({ items: [], data: undefined, status: 'pending' })
    if (shown !== undefined) watch(shown)
    await flush()
    expect(shown?.snapshot()).toMatchObject({ items: [0, 1], status: 'ready' })
    expect((await ahead?.ready())?.items).toEqual([0, 1])
  })

  it('has no items where the function that says so throws, and others are shown', async () => {
    const { cache, faults } = make()
    const items = (): never => {
      throw new Error('mine')
    }
    const list = observePages(cache, 'list', load, { ...options, items })
    const other = observePages(cache, 'other', load, options)
    watch(list)
    const { seen } = watch(other)
    expect(await list.ready()).toMatchObject({ status: 'ready', items: [] })
    await flush()
    expect(seen.at(-1)).toMatchObject({ status: 'ready' })
    expect(faults[0]).toMatchObject({ code: 'ERR_LISTENER_THREW', cause: { message: 'mine' } })
  })
})

it('leaves an optimistic update out that returns no pages, and loads no more for it', async () => {
  const { cache } = make()
  let loads = 0
  const list = observePages(cache, 'list', async () => [{ id: ++loads }], { first: 0, next: () => null })
  list.subscribe(() => {})
  await list.ready()
  const faults: unknown[] = []
  cache.on('fault', ({ error }) => faults.push(error))
  const layer = optimistic(cache, 'list', ({ pages }: Pages) => pages.flat() as never)
  await flush()
  expect([list.snapshot().items, loads]).toEqual([[{ id: 1 }], 1])
  expect(faults.length).toBeGreaterThan(0)
  await layer.drop()
})
