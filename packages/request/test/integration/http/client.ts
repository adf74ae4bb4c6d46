/** A client with a cache on virtual time, against a real server. */
import { type Cache, createCache, memory } from '@hotpath/core'
import { createFakeClock, createRandom, type FakeClock } from '@hotpath/testkit'
import { createHttpClient, type HttpClient, type HttpClientOptions } from '../../../src/http/index.ts'
import { type Handler, type Origin, startOrigin } from './origin.ts'

/** All that a test needs. */
export interface Setup extends AsyncDisposable {
  readonly origin: Origin
  readonly cache: Cache
  readonly clock: FakeClock
  readonly api: HttpClient
}

/** Starts a server and a client of it. */
export async function setUp(handle: Handler, options: HttpClientOptions = {}): Promise<Setup> {
  return setUpWith(await startOrigin(handle), options)
}

/** Makes a client of a server that runs. */
export function setUpWith(origin: Origin, options: HttpClientOptions = {}): Setup {
  const clock = createFakeClock()
  const random = createRandom(1)
  const cache = createCache({ name: 'http', tiers: [memory({ maxEntries: 1_000 })], clock, random })
  const api = createHttpClient({ baseUrl: origin.url, cache, clock, retry: false, ...options })
  return {
    origin,
    cache,
    clock,
    api,
    async [Symbol.asyncDispose]() {
      await api.close()
      await cache.close()
      await origin[Symbol.asyncDispose]()
    },
  }
}
