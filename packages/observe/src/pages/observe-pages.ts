import { type CacheKey, type Duration, toMs } from '@hotpath/contract'
import type { Cache, LoadContext } from '@hotpath/core'
import { dataOnly } from '../data-only.ts'
import { Observation } from '../observation.ts'
import { share } from '../share.ts'
import type { Snapshot } from '../snapshot.ts'
import { storeOf } from '../store.ts'
import { type PageContext, type PagesOptions, asList, planOf } from './pages-options.ts'
import type { PagesSnapshot } from './pages-snapshot.ts'
import { type Direction, type Pages, itemsOf, loadAll, pagesOf, turn, withPage } from './pages.ts'

/** What `observePages` returns. Its methods need no `this`. */
export interface PagesObserver<Page, Cursor, Item> {
  /** As that of `observe`. */
  subscribe(listener: () => void): () => void
  /** What there is to show, at once; the same object until something changes. Loads nothing. */
  snapshot(): PagesSnapshot<Page, Cursor, Item>
  /** As that of `observe`. */
  serverSnapshot(): PagesSnapshot<Page, Cursor, Item>
  /** Loads all pages that there are anew, one after another. Never rejects. */
  refetch(): Promise<PagesSnapshot<Page, Cursor, Item>>
  /** Loads the page after the last one, if there is one and it is not on its way. Never rejects. */
  fetchNext(): Promise<PagesSnapshot<Page, Cursor, Item>>
  /** Loads the page before the first one, if there is one and it is not on its way. Never rejects. */
  fetchPrevious(): Promise<PagesSnapshot<Page, Cursor, Item>>
  /** As that of `observe`. */
  ready(): Promise<PagesSnapshot<Page, Cursor, Item>>
  /** Loads by another function, or with other options; those that listen stay. */
  update(load: (context: PageContext<Cursor>) => Page | Promise<Page>, options: PagesOptions<Page, Cursor, Item>): void
  /** Ends all subscriptions. It can be subscribed to again. */
  dispose(): void
}

/**
 * Observes a list that is loaded page by page. Its pages are one value of the cache under one key: they are invalidated,
 * refreshed and shown together.
 *
 * @throws KeyError; ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { observePages } from '@hotpath/observe/pages'
 *
 * const names = ['Aarau', 'Basel', 'Bern', 'Biel', 'Chur'] // in place of a server
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
 * const cities = observePages(cache, 'cities', async ({ cursor }) => names.slice(cursor, cursor + 2), {
 *   first: 0,
 *   next: (last, { pages }) => (last.length === 2 ? pages.flat().length : undefined),
 * })
 * await cities.ready()
 * await cities.fetchNext()
 * const { items, hasNext } = cities.snapshot()
 * console.log(items, hasNext) // [ 'Aarau', 'Basel', 'Bern', 'Biel' ] true
 * await cache.close()
 * ```
 */
export function observePages<Page, Cursor, Item = Page extends readonly (infer Each)[] ? Each : unknown>(
  cache: Cache,
  key: CacheKey,
  load: (context: PageContext<Cursor>) => Page | Promise<Page>,
  options: PagesOptions<Page, Cursor, Item>,
): PagesObserver<Page, Cursor, Item> {
  let plan = planOf(load, options)
  type Stored = Pages<Page, Cursor>
  type Shown = PagesSnapshot<Page, Cursor, Item>

  const loadPage = async (context: LoadContext, cursor: Cursor): Promise<Page> => {
    const { signal, addTags, setTtl } = context
    const page = dataOnly(await plan.load({ key, cursor, signal, addTags, setTtl }), observation.key.encoded)
    if (plan.items === asList) asList(page)
    return page
  }
  const loader = (context: LoadContext): Promise<Stored> =>
    loadAll(stored(), plan.turns, (cursor) => loadPage(context, cursor))
  const observation: Observation = new Observation({ cache, key, loader, plan: plan.observed, kind: 'list' })
  let direction: Direction | undefined
  let fetching: Promise<Shown> | undefined

  const store = storeOf(cache)

  function stored(): Stored | undefined {
    return pagesOf<Page, Cursor>(observation.key.value)
  }

  /** Whether there is a page; not where the function that says so throws. */
  function hasTurn(pages: Stored | undefined, way: Direction): boolean {
    let cursor: Cursor | undefined
    store.guard(`The \`${way}\` function of a list`, () => {
      cursor = turn(pages, way, plan.turns)
    })
    return cursor !== undefined
  }

  /** None where the functions that say so throw. */
  function itemsIn(data: Stored | undefined): readonly Item[] {
    let items: readonly Item[] = []
    store.guard('The `items` or `id` of a list', () => {
      if (data !== undefined) items = itemsOf(data.pages, plan.items, plan.id)
    })
    return items
  }

  /** Adds a page to those that are there, which stay as old as they are. */
  async function loadOne(context: LoadContext, way: Direction): Promise<Stored> {
    const { asOf, tags, freshUntil } = observation.key
    const before = stored() as Stored
    let ownTtl: Duration = Number.POSITIVE_INFINITY
    const setTtl: LoadContext['setTtl'] = (ttl) => {
      context.setTtl(ttl)
      ownTtl = (typeof ttl === 'object' ? ttl.ttl : ttl) ?? Number.POSITIVE_INFINITY
    }
    try {
      const cursor = turn(before, way, plan.turns)
      if (cursor === undefined) return before
      const page = await loadPage({ ...context, setTtl }, cursor)
      const leftMs = Math.max(1, freshUntil - store.inside.elapsed())
      if (leftMs < toMs(ownTtl, 'ttl')) context.setTtl(leftMs)
      context.addTags(tags)
      if (asOf !== undefined) context.setAsOf(asOf)
      return withPage(before, way, { page, cursor }, plan.turns)
    } finally {
      direction = undefined
    }
  }

  async function fetchOne(way: Direction): Promise<Shown> {
    // What is refreshed is waited for: where the page begins may have changed.
    if (observation.key.isFetching || stored() === undefined) await ready()
    if (hasTurn(stored(), way)) {
      const reader = { loader: (context: LoadContext) => loadOne(context, way), plan: observation.plan }
      await observation.key.read(reader, { refresh: true, isAwaited: true })
    }
    direction = undefined
    return snapshot()
  }

  function fetchPage(way: Direction): Promise<Shown> {
    if (fetching !== undefined && direction === way) return fetching
    const before = fetching
    direction = way
    const begun: Promise<Shown> = Promise.resolve(before).then(() => {
      direction = way
      return fetchOne(way)
    })
    fetching = begun
    const done = (): void => {
      if (fetching === begun) fetching = undefined
    }
    void begun.then(done, done)
    return begun
  }

  /** Makes what is shown of what the key has; the same object until that changes. */
  function makeShow(): (from: Snapshot, way: Direction | undefined) => Shown {
    let made: { readonly from: Snapshot; readonly way: Direction | undefined; readonly shown: Shown } | undefined
    return (from, way) => {
      if (made !== undefined && made.from === from && made.way === way) return made.shown
      const data = pagesOf<Page, Cursor>(from.data)
      const shown = {
        ...from,
        data,
        status: isOther(from) ? 'pending' : from.status,
        items: share(made?.shown.items, itemsIn(data)),
        hasNext: hasTurn(data, 'next'),
        hasPrevious: hasTurn(data, 'previous'),
        isFetchingNext: way === 'next',
        isFetchingPrevious: way === 'previous',
      } as Shown
      made = { from, way, shown }
      return shown
    }
  }
  const show = makeShow()
  const showOfServer = makeShow()

  function snapshot(): Shown {
    const from = observation.snapshot()
    return show(from, from.isFetching ? direction : undefined)
  }

  /** Loads what takes the place of something else that is stored under the key. */
  async function replaceOther(): Promise<void> {
    const from = observation.snapshot()
    if (isOther(from) && !from.isFetching) await observation.refetch()
  }

  async function ready(): Promise<void> {
    await observation.settled()
    await replaceOther()
  }

  return {
    subscribe(listener) {
      const stop = observation.subscribe(() => {
        void replaceOther()
        listener()
      })
      void replaceOther()
      return stop
    },
    snapshot,
    serverSnapshot: () => showOfServer(observation.serverSnapshot(), undefined),
    refetch: async () => (await observation.refetch(), snapshot()),
    ready: async () => (await observation.ready(), await replaceOther(), snapshot()),
    fetchNext: () => fetchPage('next'),
    fetchPrevious: () => fetchPage('previous'),
    update(...changed) {
      plan = planOf(...changed)
      observation.update({ cache, key, loader, plan: plan.observed, kind: 'list' })
    },
    dispose: () => observation.end(),
  }
}

/** Whether something that is no list is stored under the key. */
function isOther({ status, data }: Snapshot): boolean {
  return status === 'ready' && data !== undefined && pagesOf(data) === undefined
}
