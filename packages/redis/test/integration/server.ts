/** Starts redis-server processes of our own, on free ports of 127.0.0.1, in folders that are removed again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/** A running server. */
export interface RedisServer {
  readonly port: number
  /** Makes a client, which `stop` closes. */
  connect(): Redis
  /** Ends the process as a crash would, and starts another on the same port; its data is gone. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export async function startRedis(...args: string[]): Promise<RedisServer> {
  const port = await freePort()
  const dir = mkdtempSync(join(tmpdir(), 'hotpath-redis-'))
  const clients: Redis[] = []
  let process = await launch(port, dir, args)
  return {
    port,
    connect() {
      const client = new Redis(port, '127.0.0.1')
      client.on('error', () => {})
      clients.push(client)
      return client
    },
    async restart() {
      await kill(process)
      process = await launch(port, dir, args)
    },
    async stop() {
      for (const client of clients) client.disconnect()
      await kill(process)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Starts a Sentinel that watches a primary as `main`, and takes it for gone after half a second. */
export async function startSentinel(primary: RedisServer, quorum: number): Promise<RedisServer> {
  const config = mkdtempSync(join(tmpdir(), 'hotpath-sentinel-'))
  const file = join(config, 'sentinel.conf')
  const lines = [
    `sentinel monitor main 127.0.0.1 ${primary.port} ${quorum}`,
    'sentinel down-after-milliseconds main 500',
    'sentinel failover-timeout main 3000',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const port = await freePort()
  const child = await spawnServer([file, '--sentinel', '--port', String(port), '--bind', '127.0.0.1'], port)
  return {
    port,
    connect: () => new Redis(port, '127.0.0.1'),
    restart: () => Promise.reject(new Error('A Sentinel is not restarted.')),
    async stop() {
      await kill(child)
      rmSync(config, { recursive: true, force: true })
    },
  }
}

function launch(port: number, dir: string, args: readonly string[]): Promise<ChildProcess> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no']
  return spawnServer([...options, ...args], port)
}

async function spawnServer(args: readonly string[], port: number): Promise<ChildProcess> {
  const child = spawn('redis-server', args, { stdio: 'ignore' })
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (cause) => {
      reject(
        new Error('redis-server does not start. Install it, on Debian with `apt-get install redis-server`.', { cause }),
      )
    })
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code ?? 'a signal'}.`)))
  })
  failed.catch(() => {})
  const probe = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 20, maxRetriesPerRequest: null })
  probe.on('error', () => {})
  try {
    await Promise.race([probe.ping(), failed])
  } finally {
    probe.disconnect()
  }
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
