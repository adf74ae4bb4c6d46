import { type OptionTable, type Tier, type TierStore, TierError, checkOptions, wrongOption } from '@hotpath/contract'
import { type DeferredTier, deferredHalf } from './deferred-half.ts'

/** A tier whose code is loaded when a cache is made. */
export interface DeferredOptions {
  /** Names the kind of tier in stats, events and `inspect`: `'indexeddb'`. */
  readonly type: string
  /**
   * Loads the tier, with its log and lease where it has them. It may call `goOn` when that takes longer than anybody should
   * wait, with the reason, if it is to be reported; also later, when the tier does not respond any more: then it is called again, and what it opened
   * before is its own to end.
   */
  readonly load: (goOn: (cause?: Error) => void) => Promise<Tier>
}

const OPTIONS: OptionTable<keyof DeferredOptions> = { type: "'indexeddb'", load: "() => import('./tier.js').then(…)" }

/**
 * A tier whose code comes later, so that a page need not load it before it is shown: with its log, its lease, and the shared
 * half of the engine. It is to be placed below a memory tier, and the only kind of tier there.
 *
 * Until it is there reads wait for it, as they wait for the log of any other tier: `tierTimeout` at most. What is invalidated
 * meanwhile holds. When it cannot be loaded, the cache goes on with memory alone, and a `fault` event says so; after `goOn` it
 * does the same until the tier is there. Then memory is empty, and what was invalidated meanwhile is appended to the log.
 *
 * @throws ConfigError for an option that is wrong.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { deferredTier } from '@hotpath/core/deferred'
 *
 * const load = async () => {
 *   const [{ asyncTier }, { shared }] = await Promise.all([import('@hotpath/testkit'), import('@hotpath/core/shared')])
 *   return { ...asyncTier(), shared }
 * }
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 }), deferredTier({ type: 'async', load })] })
 * await cache.set('theme', 'dark')
 * console.log(await cache.get('theme')) // dark
 * await cache.close()
 * ```
 */
export function deferredTier(options: DeferredOptions): Tier {
  checkOptions(options, 'deferredTier', OPTIONS)
  const { type, load } = options
  if (typeof load !== 'function') {
    throw wrongOption('load', 'a function', load, 'Use for example `async () => (await import("./tier.js")).tier`.')
  }
  const tier: DeferredTier = { type, shared: deferredHalf, load, open: () => missingStore(type) }
  return tier
}

/** Stands for a store until it is there. The engine does not ask it for anything. */
function missingStore(type: string): TierStore {
  const missing = async (): Promise<never> => {
    throw new TierError(
      'ERR_TIER_FAILED',
      `The \`${type}\` tier is not loaded yet. Place no other kind of tier beside it.`,
    )
  }
  return {
    sync: false,
    shared: true,
    get: missing,
    getMany: missing,
    set: missing,
    setMany: missing,
    delete: missing,
    clear: missing,
    purge: missing,
    close() {},
  }
}
