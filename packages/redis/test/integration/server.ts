/** Starts redis-server processes of our own, on free ports of 127.0.0.1, in folders that are removed again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

/** A running server. */
export interface RedisServer {
  readonly port: number
  /** Makes a client, which `stop` closes. */
  connect(): Redis
  /** A client to ask this server with, always the same. */
  admin(): Redis
  /** Ends the process as a crash would; its data is gone. */
  crash(): Promise<void>
  /** Ends the process as a crash would, and starts another on the same port, with other options if there are any. */
  restart(...args: string[]): Promise<void>
  /** Stops the process where it stands, as a machine that hangs would; its connections stay open. */
  freeze(): void
  /** Lets it go on. */
  thaw(): void
  stop(): Promise<void>
}

export async function startRedis(...args: string[]): Promise<RedisServer> {
  const dir = mkdtempSync(join(tmpdir(), 'hotpath-redis-'))
  const clients: Redis[] = []
  const { port, process: first } = await launchAnywhere(dir, args)
  let process = first
  let admin: Redis | undefined
  const connect = (): Redis => {
    const client = new Redis(port, '127.0.0.1')
    client.on('error', () => {})
    clients.push(client)
    return client
  }
  return {
    port,
    connect,
    admin: () => (admin ??= connect()),
    crash: () => kill(process),
    async restart(...others) {
      await kill(process)
      process = await launch(port, dir, others.length > 0 ? others : args)
    },
    freeze: () => void process.kill('SIGSTOP'),
    thaw: () => void process.kill('SIGCONT'),
    async stop() {
      for (const client of clients) client.disconnect()
      await kill(process)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Starts one on a free port. Nodes of a cluster take another one, 10,000 higher, which a client may have by then. */
async function launchAnywhere(
  dir: string,
  args: readonly string[],
  attemptsLeft = 5,
): Promise<{ readonly port: number; readonly process: ChildProcess }> {
  const port = await freePort()
  try {
    return { port, process: await launch(port, dir, args) }
  } catch (error) {
    if (attemptsLeft === 0 || !(error as Error).message.includes('ended with 1')) throw error
    return launchAnywhere(dir, args, attemptsLeft - 1)
  }
}

function launch(port: number, dir: string, args: readonly string[]): Promise<ChildProcess> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no']
  return spawnServer([...options, ...args], port)
}

/** Starts one, and waits until it answers, if only that it is still reading its data. */
export async function spawnServer(args: readonly string[], port: number): Promise<ChildProcess> {
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
  // Not whether it is ready: it may be reading its data for a while.
  const options = { retryStrategy: () => 20, maxRetriesPerRequest: null, enableReadyCheck: false }
  const probe = new Redis(port, '127.0.0.1', options)
  probe.on('error', () => {})
  const answers = probe.ping().catch((error: Error) => {
    if (!error.message.startsWith('LOADING')) throw error
  })
  try {
    await Promise.race([answers, failed])
  } finally {
    probe.disconnect()
  }
  return child
}

/** Ends a process as a crash would. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
