/** The kinds of Redis servers that a soak runs over. */
import { join } from 'node:path'
import { type Fault, type Topologies, type Topology, type Workers, silences } from '@hotpath/soak'
import { type SilentProxy, startSilentProxy } from '../../../../scripts/silent-proxy.ts'
import type { RedisOptions } from 'ioredis'
import { startCluster } from '../integration/cluster.ts'
import { startSentinels } from '../integration/sentinel.ts'
import { type RedisServer, startRedis } from '../integration/server.ts'
import { until } from '../integration/until.ts'
import type { Setup } from './connect.ts'
import { type FaultOf, LOSING, RESTART, STAND_STILL, commonFaults, logKey } from './faults.ts'

/** Servers of one kind. */
interface Servers {
  /** How the worker of this number gets there. */
  setup(index: number): Setup
  /** The server that has the log. */
  primary(): Promise<RedisServer>
  readonly faults: Readonly<Record<string, FaultOf>>
  /** Names of those that may cost entries. */
  readonly losing: readonly string[]
  /** Where a replica takes the place of the primary. */
  readonly failover?: Failover
  stop(): Promise<void>
}

interface Failover {
  /** Waits until another has the place of this one. */
  replaced(old: RedisServer): Promise<RedisServer>
  /** Lets a replica take over from a primary that is well. */
  handOver(old: RedisServer): Promise<void>
  /** Tells of every failover, also of those that nobody asked for. Returns what ends that. */
  onFailover?(begins: () => void): Promise<() => void>
  /** Makes one that ended a replica of the other. */
  restart(old: RedisServer, primary: RedisServer): Promise<void>
  /** Resolves when all have found their place. */
  settled(): Promise<unknown>
}

const WITHIN_MS = 40_000
const LOG = logKey('')
const PREFIX = 'app:'
/** Of the client, by the number of the worker. */
const OPTIONS: readonly RedisOptions[] = [
  {},
  { enableAutoPipelining: true },
  { enableOfflineQueue: false },
  { enableAutoPipelining: true, enableOfflineQueue: false },
]

export const topologies: Topologies = {
  single: async () => toTopology(await single()),
  cluster: async () => toTopology(await cluster()),
  sentinel: async () => toTopology(await sentinel()),
}

function toTopology({ setup, primary, faults, losing, failover, stop }: Servers): Topology {
  return {
    worker: join(import.meta.dirname, 'worker.ts'),
    setup,
    losing,
    clocksDiffer: true,
    faults: Object.fromEntries(
      Object.entries(faults).map(([name, cause]) => [name, async () => cause(await primary())]),
    ),
    ...(failover && takeovers(primary, failover)),
    stop,
  }
}

/** What lets a replica take the place of the primary, and notices when nobody asked for it. */
function takeovers(
  primary: Servers['primary'],
  { replaced, handOver, onFailover, restart, settled }: Failover,
): Pick<Topology, 'failovers' | 'watch'> {
  let isAskedFor = false
  const asked =
    (takeOver: (old: RedisServer, workers: Workers) => Promise<void>): Fault =>
    async (workers) => {
      isAskedFor = true
      await takeOver(await primary(), workers).finally(() => (isAskedFor = false))
    }
  /** Who is still with the old primary is warned before another may answer. */
  const inSplit = async (
    old: RedisServer,
    workers: Workers,
    takeOver: (warn: () => Promise<void>) => Promise<void>,
  ) => {
    const epoch = (await old.admin().hget(LOG, 'e')) ?? undefined
    await takeOver(() => workers.warn(epoch))
    await settled()
    await workers.warn(undefined)
  }
  return {
    failovers: {
      'end the primary': asked(async (old) => {
        await old.crash()
        await restart(old, await replaced(old))
        await settled()
      }),
      // The same by one that hangs and comes back.
      'freeze the primary': asked((old, workers) =>
        inSplit(old, workers, async (warn) => {
          old.freeze()
          // Before it may answer again.
          await replaced(old)
            .then(warn)
            .finally(() => old.thaw())
        }),
      ),
      'hand over to a replica': asked((old, workers) =>
        inSplit(old, workers, async (warn) => {
          await warn()
          await handOver(old)
          await replaced(old)
        }),
      ),
    },
    // On a busy machine Sentinels may take a primary for gone that is not.
    ...(onFailover && {
      watch: (workers, begins) =>
        onFailover(() => {
          if (isAskedFor) return
          const end = begins()
          const takeOver = asked((old) => inSplit(old, workers, (warn) => warn()))
          void takeOver(workers).then(end, end)
        }),
    }),
  }
}

async function single(): Promise<Servers> {
  const server = await startRedis()
  const proxies: SilentProxy[] = []
  for (let n = 0; n < OPTIONS.length; n++) proxies.push(await startSilentProxy(server.port))
  return {
    setup: (index) => ({
      connection: { type: 'single', port: proxies[index % proxies.length]?.port ?? server.port },
      hearsOfFailovers: false,
      options: { keyPrefix: PREFIX, ...OPTIONS[index % OPTIONS.length] },
    }),
    primary: async () => server,
    faults: { ...commonFaults(PREFIX), ...silences(proxies), ...STAND_STILL, ...RESTART },
    losing: [...LOSING, ...Object.keys(RESTART)],
    async stop() {
      for (const proxy of proxies) await proxy.stop()
      await server.stop()
    },
  }
}

async function cluster(): Promise<Servers> {
  const { servers, ownerOf, handOver, settled, stop } = await startCluster({ replicas: 1, nodeTimeoutMs: 2_000 })
  return {
    setup: () => ({
      connection: { type: 'cluster', ports: servers.map(({ port }) => port) },
      hearsOfFailovers: false,
    }),
    primary: () => ownerOf(LOG),
    faults: { ...commonFaults(''), ...STAND_STILL },
    losing: LOSING,
    failover: {
      async replaced(old) {
        await until('a replica is promoted', async () => (await ownerOf(LOG, old)) !== old, WITHIN_MS)
        return ownerOf(LOG, old)
      },
      handOver,
      restart: (old) => old.restart(),
      settled,
    },
    stop,
  }
}

async function sentinel(): Promise<Servers> {
  const { sentinels, primary, handOver, onFailover, settled, stop } = await startSentinels({ downAfterMs: 1_500 })
  return {
    // A split brain has two sides.
    setup: (index) => ({ connection: { type: 'sentinel', ports: sentinels }, hearsOfFailovers: index % 2 === 1 }),
    primary,
    // A Sentinel would take one that stands still for gone, while clients do not.
    faults: commonFaults(''),
    losing: LOSING,
    failover: {
      async replaced(old) {
        await until('the replica is promoted', async () => (await primary()) !== old, WITHIN_MS)
        return primary()
      },
      handOver,
      onFailover,
      restart: (old, { port }) => old.restart('--replicaof', '127.0.0.1', String(port)),
      settled,
    },
    stop,
  }
}
