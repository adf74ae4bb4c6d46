import { type CacheKey, requiredFunction } from '@hotpath/contract'
import type { Cache, LoadContext, Loader } from '@hotpath/core'
import { Observation, type Subject } from './observation.ts'
import { type ObserveOptions, planOf } from './options.ts'
import type { Observer } from './observer.ts'
import type { PageParts } from './page.ts'
import type { Snapshot } from './snapshot.ts'
import { storeOf } from './store.ts'

/**
 * Observes a key of a cache: what is on screen is what the cache knows. However often a key is observed, it is loaded once;
 * when it is invalidated, by whomever, it is loaded anew while it is on screen, and when it is stored, all observers show it.
 * While there are observers the value is kept in memory; when the last one leaves, what is being loaded is aborted.
 * The type is that of what the loader returns; name it (`observe<City>(…)`) where the loader looks at `previous`.
 *
 * @throws KeyError; ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { observe } from '@hotpath/observe'
 *
 * const cities = new Map([[42, 'Bern']]) // in place of a server
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
 * const city = observe(cache, ['city', 42], async () => cities.get(42), { tags: ['cities'] })
 *
 * const shown = new Promise<void>((resolve) => {
 *   const stop = city.subscribe(() => {
 *     const { status, data } = city.snapshot()
 *     console.log(status, data) // ready Bern
 *     stop()
 *     resolve()
 *   })
 * })
 * console.log(city.snapshot().status) // pending
 * await shown
 * await cache.close()
 * ```
 */
export function observe<Value, Data = Value, Previous = Value>(
  cache: Cache,
  key: CacheKey,
  loader: (context: LoadContext<Previous>) => Value | Promise<Value>,
  options?: ObserveOptions<Value, Data>,
): Observer<Value, Data> {
  let planned = options
  let plan = planOf(options as never)
  const subject = (
    nextKey: CacheKey,
    next: Loader<Value>,
    nextOptions: ObserveOptions<Value, Data> | undefined,
  ): Subject => {
    if (nextOptions !== planned) plan = planOf(nextOptions as never)
    planned = nextOptions
    return { cache, key: nextKey, loader: loaderOf(next), plan }
  }
  const observerOf = (observation: Observation): Observer<Value, Data> => ({
    subscribe: (listener) => observation.subscribe(listener),
    snapshot: () => observation.snapshot() as Snapshot<Data>,
    serverSnapshot: () => observation.serverSnapshot() as Snapshot<Data>,
    refetch: () => observation.refetch() as Promise<Snapshot<Data>>,
    ready: () => observation.ready() as Promise<Snapshot<Data>>,
    update: (...next) => observation.update(subject(next[0], next[1], next[2])),
    fork: (...next) => observerOf(observation.fork(subject(next[0], next[1], next[2]))),
    dispose: () => observation.end(),
  })
  return observerOf(new Observation(subject(key, loader as never, options)))
}

/**
 * Has the observers of a cache look at other parts of a page than those that they make themselves: for a page that has them
 * already, and for tests.
 *
 * @throws ConfigError for what is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { observe, setPage } from '@hotpath/observe'
 * import { createFakeLifecycle } from '@hotpath/web/testing'
 *
 * const lifecycle = createFakeLifecycle()
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: 0 })
 * setPage(cache, { lifecycle })
 *
 * let loads = 0
 * const count = observe(cache, 'count', () => ++loads)
 * const stop = count.subscribe(() => {})
 * await count.ready()
 * lifecycle.hide()
 * lifecycle.show()
 * await count.refetch()
 * console.log(loads) // 2
 * stop()
 * await cache.close()
 * ```
 */
export function setPage(cache: Cache, page: PageParts): void {
  storeOf(cache).setPage(page)
}

function loaderOf<Value>(loader: Loader<Value>): Loader<unknown> {
  requiredFunction(loader, 'loader', '({ signal }) => fetchCity(42, signal)')
  return loader as Loader<unknown>
}
