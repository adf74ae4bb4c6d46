import { type Invalidation, LogError, type Token, toToken } from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import { engineOf } from '../door/engine-of.ts'
import { tagScopes } from '../door/scopes.ts'
import { closedError } from '../flights/flight.ts'
import { append, markOfAll } from '../read/write.ts'
import { QUEUED } from '../view/log-view.ts'
import type { Counters } from '../watch/stats.ts'

/** What a write may still do while the cache closes. */
export interface HeldCache {
  /**
   * Invalidates tags, also once the cache is closing. While the log is away it resolves as with `queue: true`, unless the
   * cache is closing: nobody would append it later.
   *
   * @throws TagError; LogError `ERR_LOG_UNAVAILABLE`.
   */
  invalidateTags(tags: readonly string[]): Promise<Token>
}

/**
 * Runs a write to what is behind the cache, and the invalidation that follows from it. `close()` waits for both, for as
 * long as it waits for writes (5 s), so that what was written just before is not left stale in other processes. Once the
 * cache is closed nothing is run.
 *
 * @param write - Writes, then invalidates.
 * @returns What `write` resolves to.
 * @throws ClosedError; what `write` throws.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { holdOpen } from '@hotpath/core/hold'
 *
 * const prices = new Map([['tea', 3]])
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const written = holdOpen(cache, async ({ invalidateTags }) => {
 *   await Promise.resolve(prices.set('tea', 4)) // a database, say
 *   await invalidateTags(['prices'])
 *   return 'written'
 * })
 * await cache.close()
 * console.log(await written) // written
 * ```
 */
export async function holdOpen<Result>(
  cache: Pick<Cache, 'invalidateTags'>,
  write: (cache: HeldCache) => Promise<Result>,
): Promise<Result> {
  const engine = engineOf(cache)
  if (engine.closed) throw closedError()
  const { counters } = cache as unknown as { readonly counters: Counters }
  const held: HeldCache = {
    async invalidateTags(tags) {
      const scopes = tagScopes(tags, 'invalidateTags')
      const invalidations = scopes.map((scope): Invalidation => ({ scope, strength: 'hard' }))
      const marks = await append(engine, counters, invalidations, true)
      if (engine.closed && marks.includes(QUEUED)) throw unconfirmed()
      return toToken(markOfAll(engine, marks))
    },
  }
  // In a function of its own: what throws at once must reject too.
  return engine.track((async () => write(held))())
}

function unconfirmed(): LogError {
  return new LogError(
    'ERR_LOG_UNAVAILABLE',
    'The invalidation log did not confirm the invalidation before the cache was closed, so other processes may not know of it. Close the client of the log after the cache.',
  )
}
