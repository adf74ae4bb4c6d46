import { once } from 'node:events'
import { connect } from 'node:net'

/** One connection that asks for one thing after the other. */
export interface Visitor {
  /** Asks for a path and resolves to the status, once the whole answer is there. */
  ask(path: string): Promise<number>
  /** Hangs up. */
  leave(): void
}

/** Where an answer is: what is still missing of its body, and its status. */
interface Pending {
  readonly resolve: (status: number) => void
  readonly reject: (error: Error) => void
}

const HEAD_END = '\r\n\r\n'

/**
 * Opens a connection to an HTTP server and keeps it.
 *
 * Node's own client costs more time than a cached answer, and would be what is measured. This one understands just what
 * the service sends: a head with `content-length`, and a body.
 */
export async function createVisitor({ hostname, port }: URL): Promise<Visitor> {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  let pending: Pending | undefined
  let received = Buffer.alloc(0)

  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const answer = readAnswer(received)
    if (answer === undefined) return
    received = received.subarray(answer.bytes)
    pending?.resolve(answer.status)
  })
  socket.on('error', (error) => pending?.reject(error))
  socket.on('close', () => pending?.reject(new Error('The service hung up.')))

  return {
    ask: (path) =>
      new Promise((resolve, reject) => {
        pending = { resolve, reject }
        socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`)
      }),
    leave: () => void socket.destroy(),
  }
}

function readAnswer(bytes: Buffer): { readonly status: number; readonly bytes: number } | undefined {
  const headBytes = bytes.indexOf(HEAD_END) + HEAD_END.length
  if (headBytes < HEAD_END.length) return undefined
  const head = bytes.toString('latin1', 0, headBytes)
  const length = /content-length: (\d+)/i.exec(head)?.[1]
  if (length === undefined) throw new Error('The service sent an answer without content-length.')
  const total = headBytes + Number(length)
  // "HTTP/1.1 200 OK"
  return bytes.length < total ? undefined : { status: Number(head.slice(9, 12)), bytes: total }
}
