/** The kinds of servers that a soak runs over. */
import { startCluster } from '../integration/cluster.ts'
import { startSentinels } from '../integration/sentinel.ts'
import { type RedisServer, startRedis } from '../integration/server.ts'
import { until } from '../integration/until.ts'
import type { Connection } from './protocol.ts'

export type TopologyName = 'single' | 'cluster' | 'sentinel'

/** What a soak needs from servers of one kind. */
export interface Topology {
  readonly connection: Connection
  /** The server that has the log. */
  primary(): Promise<RedisServer>
  /** Ends the primary, waits until a replica has its place, and gives that one a replica again. */
  readonly failOver?: () => Promise<void>
  /** The same by a primary that hangs and comes back; `warn` is called before it may answer again. */
  readonly split?: (warn: () => Promise<unknown>) => Promise<void>
  /** Whether a server that is paused for a moment stays what it is. */
  readonly mayStandStill: boolean
  stop(): Promise<void>
}

/** Key of the log of the cache that soaks. */
export const LOG = '{hotpath:soak}:log'
const WITHIN_MS = 40_000

/** Starts the servers. */
export function startTopology(name: TopologyName): Promise<Topology> {
  return { single, cluster, sentinel }[name]()
}

async function single(): Promise<Topology> {
  const server = await startRedis()
  return {
    connection: { type: 'single', port: server.port },
    primary: async () => server,
    mayStandStill: true,
    stop: () => server.stop(),
  }
}

async function cluster(): Promise<Topology> {
  const { servers, ownerOf, settled, stop } = await startCluster({ replicas: 1, nodeTimeoutMs: 2_000 })
  const replaced = (old: RedisServer): Promise<void> =>
    until('a replica is promoted', async () => (await ownerOf(LOG, old)) !== old, WITHIN_MS)
  return {
    connection: { type: 'cluster', ports: servers.map(({ port }) => port) },
    primary: () => ownerOf(LOG),
    async failOver() {
      const old = await ownerOf(LOG)
      await old.crash()
      await replaced(old)
      await old.restart()
      await settled()
    },
    async split(warn) {
      const old = await ownerOf(LOG)
      old.freeze()
      await replaced(old)
        .then(warn)
        .finally(() => old.thaw())
      await settled()
    },
    mayStandStill: true,
    stop,
  }
}

async function sentinel(): Promise<Topology> {
  const { sentinels, primary, settled, stop } = await startSentinels({ downAfterMs: 1_500 })
  const replaced = async (old: RedisServer): Promise<RedisServer> => {
    await until('the replica is promoted', async () => (await primary()) !== old, WITHIN_MS)
    return primary()
  }
  return {
    connection: { type: 'sentinel', ports: sentinels },
    primary,
    async failOver() {
      const old = await primary()
      await old.crash()
      const { port } = await replaced(old)
      await old.restart('--replicaof', '127.0.0.1', String(port))
      await settled()
    },
    async split(warn) {
      const old = await primary()
      old.freeze()
      await replaced(old)
        .then(warn)
        .finally(() => old.thaw())
      await settled()
    },
    // A Sentinel would take it for gone, while clients do not.
    mayStandStill: false,
    stop,
  }
}
