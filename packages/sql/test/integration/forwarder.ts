/** An address that leads to one server or another: what applications connect to where servers fail over. */
import { once } from 'node:events'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

/** A running forwarder. */
export interface Forwarder {
  readonly port: number
  /** Cuts what is connected; who connects from now on gets there. */
  leadTo(port: number): void
  stop(): void
}

export async function forwardTo(first: number): Promise<Forwarder> {
  let target = first
  const sockets = new Set<Socket>()
  const server = createServer((inner) => {
    const outer = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    leadTo(port) {
      target = port
      cut()
    },
    stop() {
      server.close()
      cut()
    },
  }
}
