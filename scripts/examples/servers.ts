/** The servers that examples need: started when one of them imports the client. */
import { startMariadb } from '../mariadb-server.ts'
import { startPostgres } from '../postgres-server.ts'
import { startRedis } from '../redis-server.ts'

/** Servers that run. */
export interface Servers {
  /** Tells programs where they are. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

interface Started {
  readonly url: string
  stop(): Promise<void> | void
}

const SERVERS: readonly { readonly client: string; readonly variable: string; start(): Promise<Started> }[] = [
  { client: 'ioredis', variable: 'REDIS_URL', start: startRedis },
  {
    client: 'pg',
    variable: 'POSTGRES_URL',
    async start() {
      const { port, stop } = await startPostgres()
      return { url: `postgres://admin@127.0.0.1:${port}/postgres`, stop }
    },
  },
  {
    client: 'mysql2/promise',
    variable: 'MYSQL_URL',
    async start() {
      const { port, stop } = await startMariadb()
      return { url: `mysql://admin@127.0.0.1:${port}/app`, stop }
    },
  },
]

/** Starts what is needed by any of these programs. */
export async function startServers(programs: readonly string[]): Promise<Servers> {
  const needed = SERVERS.filter(({ client }) => programs.some((code) => code.includes(`'${client}'`)))
  const started = await Promise.all(needed.map(async ({ variable, start }) => ({ variable, server: await start() })))
  return {
    env: Object.fromEntries(started.map(({ variable, server }) => [variable, server.url])),
    async stop() {
      for (const { server } of started) await server.stop()
    },
  }
}
