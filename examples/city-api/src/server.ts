import { once } from 'node:events'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RequestError } from './request-error.ts'
import type { Answer } from './routes.ts'
import { StartError } from './start-error.ts'

const HOST = '127.0.0.1'
/** How long requests in progress may take after the server was told to close. */
const LAST_REQUESTS_MS = 1_000

/** What the server needs. */
export interface ServerOptions {
  /** 0 for any free port. */
  readonly port: number
  /** Rejects with a RequestError where there is no answer; any other error becomes a 500. */
  readonly answer: (request: IncomingMessage) => Promise<Answer>
  /** Told of each error behind a 500. */
  readonly onError: (error: unknown) => void
}

/** A server that listens. */
export interface RunningServer {
  readonly port: number
  /** Lets requests in progress finish, and frees the port. */
  close(): Promise<void>
}

/**
 * Starts an HTTP server, reachable from this machine alone.
 *
 * @throws StartError for a port that is taken or not allowed.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const server = createServer((request, response) => void respond(request, response, options))
  await listen(server, options.port)
  return { port: (server.address() as AddressInfo).port, close: () => close(server) }
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    server.listen(port, HOST)
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'EADDRINUSE' ? 'is taken' : code === 'EACCES' ? 'is not open to this user' : undefined
    if (reason === undefined) throw error
    const other = port >= 3_000 && port < 65_535 ? port + 1 : 3_000
    throw new StartError(`Port ${port} ${reason}. Choose another one: PORT=${other} ./scripts/start`, { cause: error })
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const impatience = setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MS)
  await closed
  clearTimeout(impatience)
}

async function respond(request: IncomingMessage, response: ServerResponse, options: ServerOptions): Promise<void> {
  try {
    const answer = await options.answer(request)
    if ('html' in answer) send(response, 200, 'text/html; charset=utf-8', answer.html)
    else sendJson(response, 200, answer.json)
  } catch (error) {
    // Who hung up in the middle of a request needs no answer.
    if (response.destroyed) return
    if (error instanceof RequestError) {
      response.setHeaders(new Map(Object.entries(error.headers)))
      // The rest of a body that nobody wants is not read: the connection ends with the answer.
      if (!request.complete) response.setHeader('connection', 'close')
      sendJson(response, error.status, { error: error.message })
    } else {
      options.onError(error)
      sendJson(response, 500, { error: 'The service could not answer. Its terminal shows why.' })
    }
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, 'application/json', JSON.stringify(value))
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
