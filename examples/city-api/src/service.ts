import type { DatabaseSync } from 'node:sqlite'
import type { Cache } from '@hotpath/core'
import { redis } from '@hotpath/redis'
import { sqlite } from '@hotpath/sql'
import { Redis } from 'ioredis'
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
  /** Address of a Redis to share what is cached over. */
  readonly redis?: string | undefined
  /** SQLite file to share what is cached over, with the services of this machine, and with the next start. */
  readonly cacheFile?: string | undefined
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
export async function startService(options: ServiceOptions): Promise<Service> {
  const { db, port, cacheFile, onError = console.error } = options
  const queries = createQueries(db)
  const client = options.redis === undefined ? undefined : new Redis(options.redis)
  // Without Redis the service goes on, and tries again; the cache tells of it.
  client?.on('error', () => {})
  const cache = createCityCache([
    ...(cacheFile === undefined ? [] : [sqlite({ path: cacheFile })]),
    ...(client === undefined ? [] : [redis({ client })]),
  ])
  cache.on('fault', ({ error }) => onError(error))
  const closeCache = async (): Promise<void> => {
    await cache.close()
    client?.disconnect()
  }
  try {
    const server = await startServer({ port, answer: createRoutes({ queries, cache }), onError })
    return {
      url: `http://127.0.0.1:${server.port}`,
      queries,
      cache,
      async close() {
        await server.close()
        await closeCache()
      },
    }
  } catch (error) {
    await closeCache()
    throw error
  }
}
