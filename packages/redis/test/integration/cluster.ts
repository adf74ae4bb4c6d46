/** A cluster of three masters, with a replica each where asked. */
import { execFileSync } from 'node:child_process'
import calculateSlot from 'cluster-key-slot'
import { type RedisServer, startRedis } from './server.ts'
import { until } from './until.ts'

/** A running cluster. */
export interface ClusterSetup {
  readonly servers: readonly RedisServer[]
  /** The master that has a key, as a server that is not this one sees it. */
  ownerOf(key: string, notAsking?: RedisServer): Promise<RedisServer>
  /** Asks a replica to take over from a master that is well. */
  handOver(master: RedisServer): Promise<void>
  /** Waits until every slot has a master and every replica is in step. */
  settled(): Promise<void>
  stop(): Promise<void>
}

interface Node {
  readonly port: number
  readonly id: string
  /** Id of the master of a replica. */
  readonly masterId: string
  readonly flags: readonly string[]
  readonly isLinked: boolean
  readonly ranges: readonly (readonly [first: number, last: number])[]
}

const MASTERS = 3
const WITHIN_MS = 40_000

/** Starts it; a master is taken for gone after `nodeTimeoutMs` without an answer. */
export async function startCluster({
  replicas = 0,
  nodeTimeoutMs = 15_000,
}: {
  replicas?: 0 | 1
  nodeTimeoutMs?: number
} = {}): Promise<ClusterSetup> {
  const count = MASTERS * (replicas + 1)
  const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(nodeTimeoutMs)]
  const servers = await Promise.all(
    Array.from({ length: count }, (_, n) => startRedis(...options, '--cluster-config-file', `${n}.conf`)),
  )
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`)
  const create = ['--cluster', 'create', ...addresses, '--cluster-replicas', String(replicas), '--cluster-yes']
  execFileSync('redis-cli', create, { timeout: 30_000, stdio: 'ignore' })

  async function nodesBy(server: RedisServer | undefined): Promise<Node[]> {
    const reply = await server?.admin().cluster('NODES')
    return String(reply).trim().split('\n').map(toNode)
  }
  const setup: ClusterSetup = {
    servers,
    async ownerOf(key, notAsking) {
      const slot = calculateSlot(key)
      const nodes = await nodesBy(servers.find((server) => server !== notAsking))
      const owner = nodes.find(
        ({ flags, ranges }) =>
          flags.includes('master') && ranges.some(([first, last]) => first <= slot && slot <= last),
      )
      return servers.find(({ port }) => port === owner?.port) as RedisServer
    },
    async handOver(master) {
      const nodes = await nodesBy(master)
      const { id } = nodes.find(({ flags }) => flags.includes('myself')) as Node
      const replica = nodes.find(({ masterId }) => masterId === id)
      await servers
        .find(({ port }) => port === replica?.port)
        ?.admin()
        .cluster('FAILOVER')
    },
    async settled() {
      for (const server of servers) {
        await until(
          'the cluster is whole',
          async () => {
            const state = await server.admin().cluster('INFO')
            const nodes = await nodesBy(server)
            const isReplica = nodes.some(({ flags }) => flags.includes('myself') && flags.includes('slave'))
            const replication = isReplica ? await server.admin().info('replication') : 'master_link_status:up'
            return (
              state.includes('cluster_state:ok') &&
              nodes.filter(({ flags }) => flags.includes('master')).length === MASTERS &&
              nodes.every(({ isLinked, flags }) => isLinked && !flags.some((flag) => flag.startsWith('fail'))) &&
              replication.includes('master_link_status:up')
            )
          },
          WITHIN_MS,
        )
      }
    },
    async stop() {
      for (const server of servers) await server.stop()
    },
  }
  await setup.settled()
  return setup
}

/** A line of CLUSTER NODES: id, address, flags, master, ping, pong, epoch, link, slots. */
function toNode(line: string): Node {
  const [id = '', address = '', flags = '', masterId = '', , , , link = '', ...slots] = line.split(' ')
  const ranges = slots.flatMap((slot): [number, number][] => {
    const [first, last = first] = slot.split('-').map(Number)
    return first === undefined || Number.isNaN(first) ? [] : [[first, last as number]]
  })
  const port = Number(/:(\d+)@/.exec(address)?.[1])
  return {
    id,
    masterId,
    port,
    flags: flags.split(','),
    isLinked: link === 'connected' || flags.includes('myself'),
    ranges,
  }
}
