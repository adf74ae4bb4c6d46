/** Loads on the server, and sends the values along. */
import { observe } from '@hotpath/observe'
import { dehydrate } from '@hotpath/observe/server-rendering'
import { loadCityOnServer, makeCache } from '../city.js'
import { Cities } from './cities.jsx'

// For each request, not once when it is built.
export const dynamic = 'force-dynamic'

export default async function Page() {
  const cache = makeCache()
  await observe(cache, 'city', loadCityOnServer).ready()
  const { json } = await dehydrate(cache, ['city'])
  await cache.close()
  return <Cities json={json} />
}
