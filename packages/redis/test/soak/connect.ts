import { Cluster, Redis, type RedisOptions } from 'ioredis'

/** Where the servers are. */
export type Connection =
  | { readonly type: 'single'; readonly port: number }
  | { readonly type: 'cluster'; readonly ports: readonly number[] }
  | { readonly type: 'sentinel'; readonly ports: readonly number[] }

/** How a worker gets to Redis. */
export interface Setup {
  readonly connection: Connection
  /** Leave a primary that Sentinels replaced at once, not when it goes away. */
  readonly hearsOfFailovers: boolean
  /** Others of the client's options. */
  readonly options?: RedisOptions
}

const TIMEOUT_MS = 2_000
const PAUSE_MS = 50

/** A client as an application would make it. `disconnect` ends it. */
export function connect(setup: Setup): { readonly client: Redis | Cluster; disconnect(): void } {
  const client = open(setup)
  client.on('error', () => {})
  // ioredis gives up for good when a Sentinel tells of a failover while the client asks where the primary is.
  const connectAgain = (): void => void client.connect().catch(() => {})
  client.on('end', connectAgain)
  return {
    client,
    disconnect() {
      client.off('end', connectAgain)
      client.disconnect()
    },
  }
}

function open({ connection, hearsOfFailovers: failoverDetector, options }: Setup): Redis | Cluster {
  const host = '127.0.0.1'
  switch (connection.type) {
    case 'single':
      return new Redis(connection.port, host, {
        commandTimeout: TIMEOUT_MS,
        retryStrategy: () => PAUSE_MS,
        ...(options as object),
      })
    case 'cluster':
      return new Cluster(
        connection.ports.map((port) => ({ port, host })),
        {
          redisOptions: { commandTimeout: TIMEOUT_MS },
          clusterRetryStrategy: () => PAUSE_MS,
          retryDelayOnClusterDown: PAUSE_MS,
          retryDelayOnFailover: PAUSE_MS,
        },
      )
    case 'sentinel':
      return new Redis({
        sentinels: connection.ports.map((port) => ({ port, host })),
        name: 'main',
        failoverDetector,
        commandTimeout: TIMEOUT_MS,
        retryStrategy: () => PAUSE_MS,
        sentinelRetryStrategy: () => PAUSE_MS,
      })
  }
}
