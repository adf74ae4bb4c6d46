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

/** Sends a response: a stream of events as it comes, from which a client may leave, and anything else in one go. */
export async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const { status, headers, body } = response
  const isStream = headers.get('content-type') === 'text/event-stream'
  const whole = isStream ? undefined : Buffer.from(await response.arrayBuffer())
  outgoing.writeHead(status, Object.fromEntries(headers))
  if (whole !== undefined || body === null) {
    outgoing.end(whole)
    return
  }
  // It begins before there is an event.
  outgoing.flushHeaders()
  await pipeline(Readable.fromWeb(body as ReadableStream<Uint8Array>), outgoing)
}
