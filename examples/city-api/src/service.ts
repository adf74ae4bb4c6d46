import type { DatabaseSync } from 'node:sqlite'
import type { Cache } from '@hotpath/core'
import { createCityCache } from './cached-queries.ts'
import { type CityQueries, createQueries } from './queries.ts'
import { createRoutes } from './routes.ts'
import { startServer } from './server.ts'

/** What the service needs. */
export interface ServiceOptions {
  /** Stays open when the service closes. */
  readonly db: DatabaseSync
  /** 0 for any free port. */
  readonly port: number
  /** Told of each error behind a 500. Default: printed. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** The running service. */
export interface Service {
  /** Where it listens, without a slash at the end. */
  readonly url: string
  readonly queries: CityQueries
  readonly cache: Cache
  /** Frees the port and closes the cache. */
  close(): Promise<void>
}

/**
 * Starts the service: queries, cache, routes, server.
 *
 * @throws StartError for a port that cannot be had.
 */
export async function startService({ db, port, onError = console.error }: ServiceOptions): Promise<Service> {
  const queries = createQueries(db)
  const cache = createCityCache()
  try {
    const server = await startServer({ port, answer: createRoutes({ queries, cache }), onError })
    return {
      url: `http://127.0.0.1:${server.port}`,
      queries,
      cache,
      async close() {
        await server.close()
        await cache.close()
      },
    }
  } catch (error) {
    await cache.close()
    throw error
  }
}
