import { type CacheKey, requiredFunction } from '@hotpath/contract'
import type { LoadContext, Loader } from '@hotpath/core'
import { encodedKey } from '@hotpath/core/inside'
import { type ObserveOptions, type Snapshot, type Subject, observe, subjectOf } from '@hotpath/observe'
import { type MaybeRefOrGetter, getCurrentInstance, onServerPrefetch, toValue, watch } from 'vue'
import { type Fields, useFields } from './fields.ts'
import { cacheIn } from './provide.ts'
import { keyNow, optionsIn, optionsNow, unwrapped } from './unwrapped.ts'

/** What `useCached` returns: refs of what there is to show. */
export interface Cached<Data> extends Fields<Snapshot<Data>> {
  /** Loads, whatever there is. Resolves to what there is to show then; never rejects. */
  readonly refetch: () => Promise<Snapshot<Data>>
}

/** What `useCached` returns, to use at once, or to `await` in `setup` until there is something to show, or the load failed. */
export interface AwaitableCached<Data> extends Cached<Data>, PromiseLike<Cached<Data>> {}

/**
 * Shows a key of the cache. However many components show it, it is loaded once; when it is invalidated, by whomever, it is
 * loaded anew, and all of them show it. A server waits for it. The key and the options may be refs or getters, and so may one
 * object of key, loader and options; options beside that take the place of its own.
 *
 * @throws KeyError; ConfigError for a wrong option, or where there is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { cachePlugin, useCached } from '@hotpath/vue'
 * import { createSSRApp, ref } from 'vue'
 * import { renderToString } from 'vue/server-renderer'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
 * const app = createSSRApp({
 *   setup() {
 *     const id = ref(42)
 *     const { data, status } = useCached(() => ['city', id.value], async () => ({ name: `City ${id.value}` }))
 *     return () => `${status.value} ${data.value?.name}`
 *   },
 * })
 * console.log(await renderToString(app.use(cachePlugin(cache)))) // ready City 42
 * await cache.close()
 * ```
 */
export function useCached<Value, Data = Value, Previous = Value>(
  key: MaybeRefOrGetter<CacheKey>,
  loader: (context: LoadContext<Previous>) => Value | Promise<Value>,
  options?: MaybeRefOrGetter<ObserveOptions<Value, Data>>,
): AwaitableCached<Data>
export function useCached<Value, Data = Value, Previous = Value, Shown = Data>(
  subject: MaybeRefOrGetter<Subject<Value, Data, Previous>>,
  options?: MaybeRefOrGetter<ObserveOptions<Value, Shown>>,
): AwaitableCached<Shown>
export function useCached<Value, Data>(
  first: MaybeRefOrGetter<CacheKey | Subject<Value, Data>>,
  second?: Loader<Value> | MaybeRefOrGetter<ObserveOptions<Value, Data>>,
  given?: MaybeRefOrGetter<ObserveOptions<Value, Data>>,
): AwaitableCached<Data> {
  const cache = cacheIn('useCached')
  const now = (): Subject<Value, Data> => {
    const shown = toValue(first)
    const subject = isShared(shown)
      ? subjectOf(shown, optionsIn(second as MaybeRefOrGetter<ObserveOptions<Value, Data> | undefined>))
      : subjectOf(shown, second as Loader<Value>, optionsIn(given))
    return { ...subject, options: subject.options && optionsNow(subject.options) }
  }
  const { key, loader, options } = now()
  const observer = observe(cache, keyNow(key), unwrapping(loader), options)
  const { fields, show } = useFields(observer)
  watch(
    // They look into a key and into options that are reactive.
    [() => encodedKey(cache, now().key), () => now().loader, () => now().options],
    ([, nextLoader, nextOptions]) => {
      observer.update(keyNow(now().key), unwrapping(nextLoader), nextOptions)
      show(observer)
    },
    { flush: 'sync' },
  )
  const ready = async (): Promise<void> => {
    await observer.ready()
    show(observer)
  }
  if (getCurrentInstance() !== null) onServerPrefetch(ready)
  const cached: Cached<Data> = { ...fields, refetch: observer.refetch }
  return {
    ...cached,
    // oxlint-disable-next-line unicorn/no-thenable -- What `setup` awaits is what it may also use at once.
    then: (resolve, reject) =>
      ready()
        .then(() => cached)
        .then(resolve, reject),
  }
}

/** Whether it is an object of key, loader and options: what comes after it are options then, and a function is a getter of some. */
function isShared<Shared extends object>(shown: CacheKey | Shared): shown is Shared {
  return 'loader' in Object(shown)
}

/** A loader whose values are stored without proxies. */
function unwrapping<Value>(loader: Loader<Value>): Loader<Value> {
  requiredFunction(loader, 'loader', '({ signal }) => fetchCity(42, signal)')
  return async (context) => unwrapped(await loader(context))
}
