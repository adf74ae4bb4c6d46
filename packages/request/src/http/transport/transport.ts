import type { Call } from '../../call/call.ts'
import { type Address, urlOf } from '../message/address.ts'
import type { HeaderFields } from '../rules/header-fields.ts'

/** One request as it goes out. Redirects, caching and retries are decided above. */
export interface TransportRequest {
  /** In capitals. */
  readonly method: string
  /** Without a fragment. */
  readonly url: URL
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | undefined
  /** Ends the request, also while its body is on the way. */
  readonly signal: AbortSignal | undefined
  /** A longer body fails the request. */
  readonly maxBodyBytes: number
}

/** One answer, read to its end. */
export interface TransportResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: HeaderFields
  /** Decoded: without the content encoding that the transport asked for. */
  readonly body: Uint8Array
  /** The body, if it came decoded; then it is taken as it is. */
  readonly decoded?: { /** Any value. */ readonly body: unknown } | undefined
  /** Where the answer came from, if the transport followed redirects on its own. */
  readonly redirectedTo?: string | undefined
}

/** What carries requests: undici in Node, `fetch` elsewhere, or one of your own (`createHttpClient({ transport })`). */
export interface HttpTransport {
  /** Rejects when there is no answer, or not all of it; with the signal's reason when that was aborted. */
  send(request: TransportRequest): Promise<TransportResponse>
  /** Lets go of connections. */
  close?(): Promise<void>
}

/** A request that ends with a call. */
export interface CallRequest extends Omit<TransportRequest, 'signal' | 'url'> {
  readonly url: Address
}

/** A transport of ours may listen to the call itself, as a signal for each attempt costs more than all else that a client does. */
export interface CallTransport extends HttpTransport {
  /** As `send`. */
  sendWithin?(call: Call, request: CallRequest): Promise<TransportResponse>
}

/** Sends a request that ends with a call. */
export function sendWithin(transport: CallTransport, call: Call, request: CallRequest): Promise<TransportResponse> {
  if (transport.sendWithin !== undefined) return transport.sendWithin(call, request)
  return transport.send({ ...request, url: urlOf(request.url), signal: call.signal })
}

/** One piece of memory of all chunks. */
export function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0]
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}
