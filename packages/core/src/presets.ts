import type { FreshnessOptions } from '@hotpath/contract'

/** Freshness of kinds of values that most applications have; more options may be spread beside. */
export interface Presets {
  /** What a visitor's session needs: 24 hours, up to 10 kB. */
  readonly session: FreshnessOptions
  /** What an API responded: 5 minutes, up to 100 kB. */
  readonly api: FreshnessOptions
  /** Rows of a query: 15 minutes, up to 1 MB. */
  readonly query: FreshnessOptions
  /** A compiled template: 7 days. */
  readonly template: FreshnessOptions
  /** An asset as it is served: 24 hours. */
  readonly asset: FreshnessOptions
  /** What was expensive to generate, such as an image or a report: 30 days. */
  readonly generated: FreshnessOptions
  /** What never changes under its key: a year. */
  readonly static: FreshnessOptions
}

/**
 * Freshness of kinds of values, for `createCache`, `namespace` and calls.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { presets } from '@hotpath/core/presets'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxBytes: '64mb' })] })
 * const sessions = cache.namespace('sessions', presets.session)
 * const queries = cache.namespace('queries', { ...presets.query, staleWhileRevalidate: '1h' })
 *
 * await sessions.set('s1', 'x'.repeat(20_000)) // too large for a session
 * await queries.set('q1', 'x'.repeat(20_000))
 * console.log(await sessions.has('s1'), await queries.has('q1')) // false true
 * await cache.close()
 * ```
 */
export const presets: Presets = {
  session: { ttl: '24h', maxEntryBytes: '10kb' },
  api: { ttl: '5m', maxEntryBytes: '100kb' },
  query: { ttl: '15m', maxEntryBytes: '1mb' },
  template: { ttl: '7d' },
  asset: { ttl: '24h' },
  generated: { ttl: '30d' },
  static: { ttl: '365d' },
}
