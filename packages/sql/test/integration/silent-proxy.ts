/** A way to a server whose connections can fall silent, in both directions and without an end, as behind a proxy that failed over. */
import { once } from 'node:events'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

/** A running proxy. */
export interface SilentProxy {
  readonly port: number
  /** Silences the connections that have sent this, or all that are open. Those that come later are sound. */
  silence(sent?: string): number
  stop(): void
}

export async function silentProxyTo(port: number): Promise<SilentProxy> {
  const connections = new Set<{ readonly inner: Socket; readonly outer: Socket; sent: string; isSilent: boolean }>()
  const server = createServer((inner) => {
    const outer = connect(port, '127.0.0.1')
    const connection = { inner, outer, sent: '', isSilent: false }
    connections.add(connection)
    inner.on('data', (data: Buffer) => {
      connection.sent = (connection.sent + data.toString('latin1')).slice(-10_000)
      if (!connection.isSilent) outer.write(data)
    })
    outer.on('data', (data: Buffer) => void (connection.isSilent || inner.write(data)))
    const end = (): void => {
      connections.delete(connection)
      inner.destroy()
      outer.destroy()
    }
    inner.on('error', end).on('close', end)
    outer.on('error', end).on('close', () => void (connection.isSilent || end()))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    silence(sent = '') {
      const silenced = [...connections].filter((connection) => connection.sent.includes(sent))
      for (const connection of silenced) connection.isSilent = true
      return silenced.length
    },
    stop() {
      server.close()
      for (const { inner, outer } of connections) {
        inner.destroy()
        outer.destroy()
      }
    },
  }
}
