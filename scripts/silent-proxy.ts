/**
 * A TCP proxy whose connections can fall silent: what comes is swallowed, in one direction or both, and nothing is
 * closed. So it looks when a machine is gone, or a firewall has forgotten a connection.
 */
import { once } from 'node:events'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

/** What is swallowed: what the client sends, what the server sends, or both. */
export type Direction = 'to-server' | 'to-client' | 'both'

/** A connection through the proxy. */
export interface ProxiedConnection {
  /** The last 20,000 bytes that the client sent, one character each: by them a test finds the connection it means. */
  readonly sent: string
  /** Whether both ends are open as far as the proxy has seen. */
  readonly isOpen: boolean
  /** From here on what comes is swallowed. */
  silence(direction?: Direction): void
  /** From here on what comes is passed on again; what was swallowed is lost. */
  resume(): void
  /** Closes both ends. */
  drop(): void
}

/** A running proxy. */
export interface SilentProxy {
  readonly port: number
  /** All there were, the oldest first. */
  readonly connections: readonly ProxiedConnection[]
  /** Whether connections that come from here on are silent. */
  silenceNew(direction: Direction | undefined): void
  stop(): Promise<void>
}

const KEPT_BYTES = 20_000

/** Starts one on a free port of 127.0.0.1, in front of another port there. */
export async function startSilentProxy(targetPort: number): Promise<SilentProxy> {
  const connections: Proxied[] = []
  let silentFromStart: Direction | undefined
  const server = createServer((client) => {
    const connection = new Proxied(client, connect(targetPort, '127.0.0.1'))
    if (silentFromStart !== undefined) connection.silence(silentFromStart)
    connections.push(connection)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    silenceNew: (direction) => void (silentFromStart = direction),
    async stop() {
      for (const connection of connections) connection.drop()
      server.close()
      await once(server, 'close')
    },
  }
}

class Proxied implements ProxiedConnection {
  sent = ''
  readonly #client: Socket
  readonly #server: Socket
  #silent: Direction | undefined

  constructor(client: Socket, server: Socket) {
    this.#client = client
    this.#server = server
    client.on('data', (bytes) => {
      this.sent = (this.sent + bytes.toString('latin1')).slice(-KEPT_BYTES)
      if (this.#passes('to-server')) server.write(bytes)
    })
    server.on('data', (bytes) => void (this.#passes('to-client') && client.write(bytes)))
    for (const socket of [client, server]) socket.on('error', () => {})
    client.on('close', () => server.destroy())
    // A silent connection does not say that the server has closed it, either.
    server.on('close', () => void (this.#passes('to-client') && client.destroy()))
  }

  get isOpen(): boolean {
    return !this.#client.destroyed && !this.#server.destroyed
  }

  silence(direction: Direction = 'both'): void {
    this.#silent = direction
  }

  resume(): void {
    this.#silent = undefined
  }

  drop(): void {
    this.#client.destroy()
    this.#server.destroy()
  }

  #passes(direction: Direction): boolean {
    return this.#silent !== direction && this.#silent !== 'both'
  }
}
