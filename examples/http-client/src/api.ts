/** All there is of Hotpath in this example, and the file to copy from. */
import { createCache, memory } from '@hotpath/core'
import { batchEndpoint, createHttpClient, type HttpClient } from '@hotpath/request/http'
import type { City, CityPage } from './city.ts'

/** What the API takes and answers; each call is checked against it. */
export interface CityRoutes {
  readonly 'GET /cities': { readonly query?: { readonly page?: number }; readonly result: CityPage }
  readonly 'GET /cities/:id': { readonly result: City }
  readonly 'PUT /cities/:id': { readonly body: Pick<City, 'population'>; readonly result: City }
  readonly 'POST /visits': { readonly body: { readonly city: number }; readonly result: { readonly visits: number } }
}

/** A client with a cache of its own. */
export interface CityApi extends AsyncDisposable {
  readonly api: HttpClient<CityRoutes>
}

/** Makes a client of the API at an address. */
export function openCityApi(baseUrl: string): CityApi {
  const cache = createCache({ name: 'city-api', tiers: [memory({ maxEntries: 1_000 })] })
  const api = createHttpClient<CityRoutes>({
    baseUrl,
    cache,
    timeout: '5s',
    retry: { attempts: 4, delay: '20ms', maxDelay: '2s' },
    idempotencyKeys: true,
    batch: batchEndpoint({ path: '/batch' }),
  })
  return {
    api,
    async [Symbol.asyncDispose]() {
      await api.close()
      await cache.close()
    },
  }
}
