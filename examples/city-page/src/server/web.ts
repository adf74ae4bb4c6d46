/** Requests and responses of `node:http` as those of the web, which `serveInvalidations` takes and returns. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

/** The request; its signal is aborted when the client leaves. */
export function requestOf(incoming: IncomingMessage, outgoing: ServerResponse): Request {
  const { method = 'GET', headers, url = '/' } = incoming
  const left = new AbortController()
  outgoing.once('close', () => left.abort())
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(new URL(url, `http://${headers.host ?? 'localhost'}`), {
    method,
    headers: Object.entries(headers).flatMap(([name, value]): [string, string][] => [[name, String(value)]]),
    signal: left.signal,
    ...(hasBody && { body: Readable.toWeb(incoming), duplex: 'half' }),
  } as RequestInit)
}

/** Sends a response; a client that leaves ends its stream. */
export async function send({ status, headers, body }: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(status, Object.fromEntries(headers))
  // A stream of events begins before there is one.
  outgoing.flushHeaders()
  if (body === null) outgoing.end()
  else await pipeline(Readable.fromWeb(body as ReadableStream<Uint8Array>), outgoing)
}
