/** A primary, its replica, and three Sentinels that watch them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { type RedisServer, freePort, kill, spawnServer, startRedis } from './server.ts'
import { until } from './until.ts'

/** Two servers under three Sentinels. */
export interface SentinelSetup {
  readonly servers: readonly RedisServer[]
  /** Ports of the Sentinels. */
  readonly sentinels: readonly number[]
  /** The server that the Sentinels name as the primary. */
  primary(): Promise<RedisServer>
  /** Asks the Sentinels to let the replica take over from a primary that is well. */
  handOver(): Promise<void>
  /** Tells of every failover that one of the Sentinels begins. Returns what ends that. */
  onFailover(begins: () => void): Promise<() => void>
  /** Waits until a server is a replica in step, and the Sentinels know of it. */
  settled(): Promise<void>
  stop(): Promise<void>
}

interface Sentinel {
  readonly port: number
  stop(): Promise<void>
}

const WITHIN_MS = 40_000

/** Starts all; a primary is taken for gone after `downAfterMs` without an answer. */
export async function startSentinels({ downAfterMs = 500 }: { downAfterMs?: number } = {}): Promise<SentinelSetup> {
  const first = await startRedis()
  const servers = [first, await startRedis('--replicaof', '127.0.0.1', String(first.port))]
  await until('the replica is in step', () => isInStep(servers[1]), WITHIN_MS)
  const watchers = [0, 1, 2].map(() => startSentinel(first.port, downAfterMs))
  const sentinels = await Promise.all(watchers)
  const asked = new Redis(sentinels[0]?.port ?? 0, '127.0.0.1')
  asked.on('error', () => {})
  const setup: SentinelSetup = {
    servers,
    sentinels: sentinels.map(({ port }) => port),
    async primary() {
      const [, port] = (await asked.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main')) as string[]
      return servers.find((server) => server.port === Number(port)) as RedisServer
    },
    async handOver() {
      await asked.call('SENTINEL', 'FAILOVER', 'main')
    },
    async onFailover(begins) {
      const listeners = sentinels.map(({ port }) => new Redis(port, '127.0.0.1'))
      for (const listener of listeners) {
        listener.on('error', () => {})
        listener.on('message', begins)
        await listener.subscribe('+try-failover')
      }
      return () => {
        for (const listener of listeners) listener.disconnect()
      }
    },
    async settled() {
      await until(
        'the Sentinels know each other and a replica that is in step',
        async () => {
          const state = (await asked.call('SENTINEL', 'MASTER', 'main')) as string[]
          const fieldOf = (name: string): string | undefined => state[state.indexOf(name) + 1]
          const isKnown = fieldOf('num-other-sentinels') === '2' && fieldOf('num-slaves') === '1'
          const primary = await setup.primary()
          return isKnown && fieldOf('flags') === 'master' && isInStep(servers.find((server) => server !== primary))
        },
        WITHIN_MS,
      )
    },
    async stop() {
      asked.disconnect()
      for (const server of [...sentinels, ...servers]) await server.stop()
    },
  }
  await setup.settled()
  return setup
}

async function isInStep(server: RedisServer | undefined): Promise<boolean> {
  return (await server?.admin().info('replication'))?.includes('master_link_status:up') === true
}

async function startSentinel(primaryPort: number, downAfterMs: number): Promise<Sentinel> {
  const dir = mkdtempSync(join(tmpdir(), 'hotpath-sentinel-'))
  const file = join(dir, 'sentinel.conf')
  const lines = [
    `sentinel monitor main 127.0.0.1 ${primaryPort} 2`,
    `sentinel down-after-milliseconds main ${downAfterMs}`,
    'sentinel failover-timeout main 3000',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const port = await freePort()
  const child = await spawnServer([file, '--sentinel', '--port', String(port), '--bind', '127.0.0.1'], port)
  return {
    port,
    async stop() {
      await kill(child)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
