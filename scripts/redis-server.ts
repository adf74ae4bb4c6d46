/** A Redis of our own, on a free port of 127.0.0.1, for examples and benchmarks. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

/** Starts it; answers with its address and what ends it. */
export async function startRedis(): Promise<{ readonly url: string; stop(): void }> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', options, { stdio: 'ignore' })
  const failed = once(child, 'error').then(([cause]: unknown[]) => {
    throw new Error('redis-server does not start. Install it, on Debian with `apt-get install redis-server`.', {
      cause,
    })
  })
  await Promise.race([answers(port), failed])
  return { url: `redis://127.0.0.1:${port}`, stop: () => void child.kill() }
}

async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) return
    await new Promise((resolve) => void setTimeout(resolve, 50))
  }
  throw new Error('redis-server does not answer.')
}
