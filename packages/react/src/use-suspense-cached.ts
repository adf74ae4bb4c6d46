import type { CacheKey } from '@hotpath/contract'
import type { LoadContext, Loader } from '@hotpath/core'
import {
  type FailedSnapshot,
  type ObserveOptions,
  type Observer,
  type ReadySnapshot,
  type Snapshot,
  type Subject,
  subjectOf,
} from '@hotpath/observe'
import { useCallback, useMemo } from 'react'
import { forgetFailures, suspend } from './attempts.ts'
import { useCacheIn } from './context.ts'
import type { CachedActions } from './use-cached.ts'
import { useObserver } from './use-observer.ts'
import { useSnapshot } from './use-snapshot.ts'

/** What `useSuspenseCached` returns. */
export type SuspenseCached<Data> = (ReadySnapshot<Data> | FailedAfterData<Data>) & CachedActions<Data>

/** The last load failed, and what there was before is shown. */
export interface FailedAfterData<Data> extends FailedSnapshot<Data> {
  /** What there was before. */
  readonly data: Data
}

/**
 * As `useCached`, for a component that is rendered only when there is something to show: until then the `Suspense` around it
 * shows its fallback, and when the first load fails, the error boundary does. `enabled` has no effect.
 *
 * Components that are nested wait one after another; `useCached` or `observe(…).ready()` above them loads ahead.
 *
 * @throws What the loader or `select` throws, when there is nothing to show; KeyError; ClosedError; ConfigError.
 *
 * @example
 * ```ts
 * import { text } from 'node:stream/consumers'
 * import { createCache, memory } from '@hotpath/core'
 * import { CacheProvider, useSuspenseCached } from '@hotpath/react'
 * import { Suspense, createElement } from 'react'
 * import { renderToReadableStream } from 'react-dom/server'
 *
 * function City() {
 *   const { data } = useSuspenseCached(['city', 42], async () => ({ name: 'Bern' }))
 *   return createElement('h1', null, data.name)
 * }
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
 * const city = createElement(Suspense, { fallback: 'Loading' }, createElement(City))
 * const page = await renderToReadableStream(createElement(CacheProvider, { cache }, city))
 * await page.allReady
 * console.log((await text(page)).includes('<h1>Bern</h1>')) // true
 * await cache.close()
 * ```
 */
export function useSuspenseCached<Value, Data = Value, Previous = Value>(
  key: CacheKey,
  loader: (context: LoadContext<Previous>) => Value | Promise<Value>,
  options?: Omit<ObserveOptions<Value, Data>, 'enabled'>,
): SuspenseCached<Data>
export function useSuspenseCached<Value, Data = Value, Previous = Value, Shown = Data>(
  subject: Subject<Value, Data, Previous>,
  options?: Omit<ObserveOptions<Value, Shown>, 'enabled'>,
): SuspenseCached<Shown>
export function useSuspenseCached<Value, Data>(
  first: CacheKey | Subject<Value, Data>,
  second?: Loader<Value> | ObserveOptions<Value, Data>,
  given?: ObserveOptions<Value, Data>,
): SuspenseCached<Data> {
  const cache = useCacheIn('useSuspenseCached')
  const { key, loader, options } = subjectOf(first, second, given)
  const { onScreen, rendered } = useObserver(cache, { key, loader, options: { ...options, enabled: true } })
  const { snapshot, serverSnapshot } = rendered
  const unselected = (): Pick<Observer, 'snapshot'> => rendered.fork(key, loader, { ...options, select: undefined })
  if (hasNothing(snapshot(), unselected)) suspend(cache, key, rendered)
  const actions = useMemo(() => ({ refetch: onScreen.refetch }), [onScreen])
  const source = {
    subscribe: onScreen.subscribe,
    snapshot,
    // A server that sent no value waited for it, as this page does.
    serverSnapshot: () => (hasNothing(serverSnapshot(), unselected) ? snapshot() : serverSnapshot()),
  }
  return useSnapshot(source, actions) as SuspenseCached<Data>
}

/**
 * Returns a function for the reset of an error boundary: what has failed is loaded again by the components that are rendered
 * then.
 *
 * @throws ConfigError without a provider.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { CacheProvider, useErrorReset } from '@hotpath/react'
 * import { createElement } from 'react'
 * import { renderToString } from 'react-dom/server'
 *
 * function TryAgain({ reset }: { readonly reset: () => void }) {
 *   const resetErrors = useErrorReset()
 *   const onClick = () => {
 *     resetErrors()
 *     reset() // of the error boundary
 *   }
 *   return createElement('button', { onClick }, 'Try again')
 * }
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })] })
 * const page = createElement(CacheProvider, { cache }, createElement(TryAgain, { reset: () => {} }))
 * console.log(renderToString(page)) // <button>Try again</button>
 * await cache.close()
 * ```
 */
export function useErrorReset(): () => void {
  const cache = useCacheIn('useErrorReset')
  return useCallback(() => forgetFailures(cache), [cache])
}

/**
 * Whether there is nothing to show: also where the loader has failed, or `select` threw on the first value, but not where one of
 * them returned nothing.
 *
 * @param unselected - Makes an observer that shows the value itself.
 */
function hasNothing(
  { status, data, error, updatedAt, isPlaceholder }: Snapshot,
  unselected: () => Pick<Observer, 'snapshot'>,
): boolean {
  if (status === 'ready' || data !== undefined) return false
  if (updatedAt === undefined && !isPlaceholder) return true
  return status === 'failed' && unselected().snapshot().error !== error
}
