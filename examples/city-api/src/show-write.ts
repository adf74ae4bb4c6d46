import type { CityWritten } from './cached-queries.ts'
import type { RankedCity } from './city.ts'
import type { Service } from './service.ts'

/** What one write did. */
export interface ShownWrite {
  /** The answer before the write. */
  readonly before: RankedCity
  /** The answer after it. */
  readonly after: RankedCity
  /** The tags it invalidated. */
  readonly tags: readonly string[]
  /** Entries in the cache before the write. */
  readonly entries: number
  /** Those among them that it outdated. */
  readonly outdated: number
}

/**
 * Asks for the biggest place, lets it grow by one inhabitant, asks again, and puts everything back.
 *
 * Rejects with the reason of `signal` if that comes in between; the place is put back even then.
 */
export async function showWrite({ url, queries, cache }: Service, signal: AbortSignal): Promise<ShownWrite> {
  const [city] = queries.metropolises(1)
  const address = `${url}/fast/cities/${city?.id}`
  const setPopulation = (population: number): Promise<CityWritten> =>
    ask(address, { method: 'PUT', body: JSON.stringify({ population }) })

  const before = await ask<RankedCity>(address, { signal })
  // Entries that nobody may see any more are dropped when room is needed. Dropping them now counts them.
  await cache.purgeExpired()
  const entries = cache.stats().tiers[0]?.usage?.entries ?? 0
  const { tags } = await setPopulation(before.population + 1)
  try {
    const outdated = await cache.purgeExpired()
    return { before, after: await ask(address, { signal }), tags, entries, outdated }
  } finally {
    await setPopulation(before.population)
  }
}

async function ask<Value>(address: string, init: RequestInit): Promise<Value> {
  const response = await fetch(address, init)
  if (response.ok) return (await response.json()) as Value
  throw new Error(`${address} answered ${response.status}: ${await response.text()}`)
}
