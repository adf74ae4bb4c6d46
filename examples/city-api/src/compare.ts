import type { Cache } from '@hotpath/core'
import { type LoadResult, playLoad } from './load.ts'
import type { Service } from './service.ts'

/** The default load. */
const SEED = 2_024
const WARM_UP_MS = 1_000
const DURATION_MS = 3_000
const CONNECTIONS = 10
const PLACES = 200

/** The load in words. */
export const LOAD_IN_WORDS: string = [
  `${CONNECTIONS} visitors, interested in ${PLACES} places by Zipf's law, ask without pause.`,
  `Without Hotpath, then with: ${WARM_UP_MS / 1_000} s to warm up, ${DURATION_MS / 1_000} s measured.`,
].join('\n')

/** What one half of the service did under the load. */
export interface Measured extends LoadResult {
  /** How many of the requests reached the database. */
  readonly queries: number
  /** Part of the reads that the cache answered: 0..1; `undefined` without a cache. */
  readonly hitRate: number | undefined
}

/** Both halves under the same load. */
export interface Comparison {
  readonly plain: Measured
  readonly fast: Measured
}

/** Plays the same requests in the same order against both halves. */
export async function compare(service: Service, signal: AbortSignal): Promise<Comparison> {
  return { plain: await measure('plain', service, signal), fast: await measure('fast', service, signal) }
}

async function measure(half: 'plain' | 'fast', service: Service, signal: AbortSignal): Promise<Measured> {
  const { url, queries, cache } = service
  const cities = queries.metropolises(PLACES)
  const play = (seed: number, durationMs: number): Promise<LoadResult> =>
    playLoad({ url: `${url}/${half}`, durationMs, connections: CONNECTIONS, traffic: { seed, cities } }, signal)

  // Another seed: requests that were all seen before would be no measure of a cache.
  await play(SEED + 1, WARM_UP_MS)
  const answered = queries.answered
  const before = readsOf(cache)
  const result = await play(SEED, DURATION_MS)
  const after = readsOf(cache)
  return {
    ...result,
    queries: queries.answered - answered,
    hitRate: half === 'plain' ? undefined : (after.hits - before.hits) / (after.all - before.all),
  }
}

function readsOf(cache: Cache): { readonly hits: number; readonly all: number } {
  const { hits, staleHits, misses } = cache.stats()
  return { hits: hits + staleHits, all: hits + staleHits + misses }
}
