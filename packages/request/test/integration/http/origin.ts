/** Servers on the loopback interface, for tests: what they are asked is recorded, what they answer is up to the test. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from 'node:net'

/** One request as it came. */
export interface Recorded {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server that runs. */
export interface Origin extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly Recorded[]
  /** How many connections were ever made to it. */
  readonly connections: number
}

/** What a test answers. */
export type Handler = (request: Recorded, response: ServerResponse) => unknown

/** Starts a server of HTTP/1.1. */
export async function startOrigin(handle: Handler): Promise<Origin> {
  const requests: Recorded[] = []
  const server = createServer((message, response) => {
    record(message)
      .then((request) => {
        requests.push(request)
        return handle(request, response)
      })
      // A test that is wrong should fail and not hang.
      .catch((error: unknown) => response.writeHead(418).end(String(error)))
  })
  return listen(server, requests)
}

/** Starts a server that speaks for itself: it gets each connection once the first bytes are there. */
export async function startRawOrigin(handle: (socket: Socket, count: number) => unknown): Promise<Origin> {
  let count = 0
  const requests: Recorded[] = []
  const server = createRawServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      const [line = ''] = chunk.toString('latin1').split('\r\n')
      const [method = '', url = ''] = line.split(' ')
      requests.push({ method, url, headers: {}, body: '' })
      handle(socket, ++count)
    })
  })
  return listen(server, requests)
}

/** Answers with JSON. */
export function json(response: ServerResponse, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  for (const [name, field] of Object.entries(headers)) response.setHeader(name, field)
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}

/** Waits until something is so; fails when it is not after five seconds. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000 && !isSo(); tries++) await new Promise((resolve) => setTimeout(resolve, 5))
  if (!isSo()) throw new Error('It did not come to that within five seconds.')
}

async function record(message: IncomingMessage): Promise<Recorded> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  const { method = '', url = '', headers } = message
  return { method, url, headers, body: Buffer.concat(chunks).toString() }
}

/** Listens on a free port; what is still open is cut off in the end. */
export async function listen(server: Server, requests: readonly Recorded[], protocol = 'http'): Promise<Origin> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket) => {
    connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get connections() {
      return connections
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
