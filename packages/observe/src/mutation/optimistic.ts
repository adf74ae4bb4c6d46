import { type CacheKey, type Token, isHotpathError, requiredFunction } from '@hotpath/contract'
import type { Cache, InvalidationScope } from '@hotpath/core'
import { isOfOneLife, isUpTo } from '../base.ts'
import { type Layer, Layers, type Update } from '../layers/layers.ts'
import type { ObservedKey } from '../observed-key.ts'
import { pagesOf } from '../pages/pages.ts'
import { storeOf } from '../store.ts'

/** A change that is shown, and that the server may not have yet. */
export interface OptimisticLayer {
  /**
   * The server has the change. Its key is invalidated, and the layer is shown until a value is loaded that was read after
   * that, so that nothing flickers. Resolves when the invalidation holds; never rejects.
   */
  settle(): Promise<void>
  /** The server does not have it, or nobody knows: it is taken back, and its key is invalidated. As `settle` otherwise. */
  drop(): Promise<void>
}

/** A layer, and the key that it lies on. */
export interface PlacedLayer {
  readonly key: ObservedKey
  readonly layer: Layer<unknown>
  readonly scope: InvalidationScope
}

/** What a layer is made from. */
export interface LayerPlan {
  readonly key: CacheKey
  readonly update: Update<unknown, never>
  readonly input: unknown
}

/**
 * Shows a change before the server has it, in the snapshots of all observers of a key, and in nothing that the cache
 * returns. Layers lie on the value that was loaded last, in the order in which they were added, whatever is loaded
 * meanwhile. `mutation` makes, settles and drops them; this is for changes of another kind, such as those of an outbox.
 *
 * @param update - Makes the value to show from the one below. It may be called often, and may get a value that has the change
 *   already. When it throws, or returns nothing or of a list no `{ pages, cursors }`, the layer is left out, and a `fault`
 *   event says so.
 * @throws KeyError; ConfigError for an `update` that is no function.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { observe } from '@hotpath/observe'
 * import { optimistic } from '@hotpath/observe/mutation'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
 * const cart = observe(cache, 'cart', () => ['book'])
 * await cart.ready()
 *
 * const layer = optimistic<string[]>(cache, 'cart', (items) => [...items, 'pen'])
 * console.log(cart.snapshot().data, cache.peek('cart')) // [ 'book', 'pen' ] [ 'book' ]
 * await layer.drop()
 * console.log(cart.snapshot().data) // [ 'book' ]
 * await cache.close()
 * ```
 */
export function optimistic<Value>(cache: Cache, key: CacheKey, update: (value: Value) => Value): OptimisticLayer {
  requiredFunction(update, 'update', '(before) => ({ ...before, name })')
  const placed = [placeLayer(cache, { key, update: update as Update<unknown, never>, input: undefined })]
  const end = async (hasChange: boolean): Promise<void> => endLayers(cache, placed, [], hasChange)
  return { settle: () => end(true), drop: () => end(false) }
}

/** Lays a change on a key. */
export function placeLayer(cache: Cache, { key, update, input }: LayerPlan): PlacedLayer {
  const store = storeOf(cache)
  const observed = store.key(cache, key)
  observed.layers ??= new Layers(
    (error) => store.threw('An optimistic update', error),
    (value) => (observed.kind === 'list' ? pagesOf(value) : value) !== undefined,
  )
  const layer = observed.layers.add(update, input as never)
  observed.touch()
  return { key: observed, layer, scope: { key } }
}

/**
 * Ends layers, and invalidates their keys with all that the change concerns: by one append, so that what is on screen is
 * loaded once. A log that does not respond is waited for in the background.
 *
 * @param hasChange - Whether the server has the change: then they are shown until a value is loaded that has it.
 * @throws ConfigError, KeyError, TagError or PatternError for scopes that are wrong.
 */
export async function endLayers(
  cache: Cache,
  placed: readonly PlacedLayer[],
  scopes: readonly InvalidationScope[],
  hasChange: boolean,
): Promise<void> {
  if (!hasChange) for (const one of placed) drop(one)
  let token: Token
  try {
    token = await cache.invalidate([...placed.map(({ scope }) => scope), ...scopes], { queue: true })
  } catch (error) {
    for (const one of placed) drop(one)
    if (!isHotpathError(error, 'ERR_CACHE_CLOSED')) throw error
    return
  }
  if (hasChange) for (const one of placed) settle(one, token)
}

/** The server has the change, and what was loaded before a token is invalidated. */
function settle({ key, layer }: PlacedLayer, token: Token): void {
  const { asOf, layers } = key
  layers?.settle(layer, token)
  // What is of another life of the log says nothing: the next value does.
  if (asOf !== undefined && isOfOneLife(asOf, token)) layers?.loaded((settledAt) => isUpTo(asOf, settledAt))
  key.touch()
}

function drop({ key, layer }: PlacedLayer): void {
  key.layers?.drop(layer)
  key.touch()
}
