import type { CacheKey } from '@hotpath/contract'
import type { Loader } from '@hotpath/core'
import type { ObserveOptions } from './options.ts'
import type { Snapshot } from './snapshot.ts'

/** What `observe` returns. Its methods need no `this`. */
export interface Observer<Value = unknown, Data = Value> {
  /**
   * Calls when the snapshot has been replaced, until the function that it returns is called. The first listener puts the
   * key on screen: it is loaded where it has to be. A listener that throws becomes a `fault` event of the cache.
   */
  subscribe(listener: () => void): () => void
  /** What there is to show, at once; the same object until something changes. Loads nothing. */
  snapshot(): Snapshot<Data>
  /**
   * What a server showed that sent its values along, as long as the page takes over what it rendered: for a minute after
   * `hydrate`, whatever is stored or loaded meanwhile. As `snapshot` otherwise. For frameworks.
   */
  serverSnapshot(): Snapshot<Data>
  /** Loads, whatever there is. Resolves to what there is to show then, also when the load failed; never rejects. */
  refetch(): Promise<Snapshot<Data>>
  /**
   * Loads where there is nothing to show, without a subscription, and resolves to what there is to show then, also when the
   * load failed; never rejects. For rendering on a server, and to load ahead of use.
   */
  ready(): Promise<Snapshot<Data>>
  /** Observes another key, or the same with another loader or other options; those that listen stay. */
  update(key: CacheKey, loader: Loader<Value>, options?: ObserveOptions<Value, Data>): void
  /**
   * Another observer, which begins with what this one shows, as `update` does; this one stays as it is. Nothing is loaded. For
   * frameworks that render before they know whether what they render will be shown.
   */
  fork(key: CacheKey, loader: Loader<Value>, options?: ObserveOptions<Value, Data>): Observer<Value, Data>
  /** Ends all subscriptions. It can be subscribed to again. */
  dispose(): void
}
