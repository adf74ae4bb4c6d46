/** A wire between a node and Redis that can be cut, and that can hold back what the node sends. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type Deferred, deferred } from '@hotpath/testkit'

export interface Proxy {
  readonly url: string
  /** Ends all connections and refuses new ones. */
  cut(): void
  restore(): void
  /** Lets so many more writes of the node pass, and keeps the others; settles when it keeps the first. */
  holdAfter(writes: number): Promise<undefined>
  /** Sends what was kept, in its order. */
  release(): void
  close(): void
}

/** Starts a proxy to a Redis. */
export async function startProxy(target: string): Promise<Proxy> {
  const { port, hostname } = new URL(target)
  const sockets = new Set<Socket>()
  const kept: (() => void)[] = []
  let isCut = false
  let holding: { left: number; readonly held: Deferred<undefined> } | undefined

  const server = createServer((client) => {
    const redis = connect(Number(port), hostname)
    for (const [socket, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    redis.on('data', (chunk) => client.write(chunk))
    client.on('data', (chunk) => {
      if (holding === undefined || holding.left-- > 0) {
        redis.write(chunk)
        return
      }
      kept.push(() => void redis.write(chunk))
      holding.held.resolve(undefined)
    })
    if (isCut) client.destroy()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true
      for (const socket of sockets) socket.destroy()
    },
    restore() {
      isCut = false
    },
    holdAfter(writes) {
      holding = { left: writes, held: deferred<undefined>() }
      return holding.held.promise
    },
    release() {
      holding = undefined
      for (const send of kept.splice(0)) send()
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
