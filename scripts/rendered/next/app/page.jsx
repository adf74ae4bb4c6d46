/** Loads on the server, and sends the values along. */
import { createCache, memory } from '@hotpath/core'
import { observe, observedKeys } from '@hotpath/observe'
import { dehydrate } from '@hotpath/observe/server-rendering'
import { loadCityOnServer } from '../city.js'
import { Cities } from './cities.jsx'
import { Hydrate } from './providers.jsx'

// For each request, not once when it is built.
export const dynamic = 'force-dynamic'

export default async function Page() {
  const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
  await observe(cache, 'city', loadCityOnServer).ready()
  const { json } = await dehydrate(cache, observedKeys(cache))
  await cache.close()
  return (
    <Hydrate json={json}>
      <Cities />
    </Hydrate>
  )
}
