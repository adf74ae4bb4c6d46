/**
 * Requests by undici's dispatcher: kept connections, HTTP/2 where the server offers it. Bodies are collected as they
 * come, without a stream in between, which is the larger half of what a small request costs.
 */
import { keepOne } from '../../call/kept.ts'
import { ACCEPT_ENCODING, decodeBody } from './content-encoding.ts'
import { type HeaderFields, fieldOf } from '../rules/header-fields.ts'
import {
  type CallRequest,
  type CallTransport,
  type TransportRequest,
  type TransportResponse,
  joined,
} from './transport.ts'
import { BodyFailure } from '../message/body-failure.ts'

/** What we need of undici's `Agent`: any dispatcher of undici 7 or 8. */
export interface UndiciDispatcher {
  /** Sends one request and tells the handler how it goes. */
  // oxlint-disable-next-line typescript/no-explicit-any -- undici's own types differ between its versions
  dispatch(options: any, handler: any): boolean
  /** Ends its connections when what runs has ended. */
  close(): Promise<void>
}

interface Controller {
  abort(reason: Error): void
}

/** Carries requests by a dispatcher of undici. */
export function undiciTransport(dispatcher: UndiciDispatcher, isOurs: boolean): CallTransport {
  keepOne(
    Collector,
    () =>
      new Collector(
        0,
        () => {},
        () => {},
      ),
  )
  // Most requests of a client have the very same headers.
  let last: { readonly given: TransportRequest['headers']; readonly sent: TransportRequest['headers'] } | undefined
  const completed = (given: TransportRequest['headers']): TransportRequest['headers'] => {
    // Some servers refuse a client that does not say what it is.
    if (last?.given !== given)
      last = { given, sent: { 'user-agent': 'hotpath', 'accept-encoding': ACCEPT_ENCODING, ...given } }
    return last.sent
  }
  const dispatch = (request: CallRequest, listen: (onAbort: (reason: unknown) => void) => void) =>
    new Promise<TransportResponse>((resolve, reject) => {
      const { url, method, body } = request
      const { origin } = url
      const collector = new Collector(request.maxBodyBytes, resolve, reject)
      // The caller need not wait until undici has a connection and can be told. Never removed: calls and signals are those
      // of one attempt, and go with it.
      listen((reason) => collector.fail(reason))
      const options = {
        origin,
        path: url.href.slice(origin.length),
        method,
        headers: completed(request.headers),
        body: body ?? null,
      }
      dispatcher.dispatch(options, collector)
    })
  return {
    send: ({ signal, ...request }) => dispatch(request, (onAbort) => signal && follow(signal, onAbort)),
    sendWithin: (call, request) => dispatch(request, (onAbort) => call.onAbort(onAbort)),
    close: async () => {
      if (isOurs) await dispatcher.close()
    },
  }
}

function follow(signal: AbortSignal, onAbort: (reason: unknown) => void): void {
  if (signal.aborted) onAbort(signal.reason)
  else signal.addEventListener('abort', () => onAbort(signal.reason))
}

class Collector {
  readonly #maxBytes: number
  readonly #resolve: (response: TransportResponse) => void
  readonly #reject: (error: unknown) => void
  readonly #chunks: Uint8Array[] = []
  #bytes = 0
  #head: Pick<TransportResponse, 'status' | 'headers'> = { status: 0, headers: {} }
  #controller: Controller | undefined
  #isOver = false

  constructor(maxBytes: number, resolve: (response: TransportResponse) => void, reject: (error: unknown) => void) {
    this.#maxBytes = maxBytes
    this.#resolve = resolve
    this.#reject = reject
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller
    if (this.#isOver) controller.abort(new Error('aborted'))
  }

  onResponseStart(_controller: Controller, status: number, headers: HeaderFields): void {
    // What is still to come replaces an interim answer.
    this.#head = { status, headers }
  }

  onResponseData(_controller: Controller, chunk: Uint8Array): void {
    if (this.#isOver) return
    this.#bytes += chunk.byteLength
    this.#chunks.push(chunk)
    if (this.#bytes > this.#maxBytes) this.fail(new BodyFailure(this.#head, this.#maxBytes))
  }

  onResponseEnd(): void {
    if (this.#isOver) return
    this.#isOver = true
    const body = joined(this.#chunks, this.#bytes)
    const head = this.#head
    const decoding = decodeBody(body, fieldOf(head.headers, 'content-encoding'), this.#maxBytes)
    if (decoding === undefined) this.#resolve({ ...head, body })
    else {
      decoding.then(
        (decoded) => this.#resolve({ ...head, body: decoded }),
        (cause: unknown) => this.#reject(new BodyFailure(head, cause)),
      )
    }
  }

  onResponseError(_controller: Controller | undefined, error: unknown): void {
    // Once the header is there, what is missing is the body.
    this.fail(this.#head.status === 0 ? error : new BodyFailure(this.#head, error))
  }

  fail(error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#reject(error)
    this.#controller?.abort(error instanceof Error ? error : new Error('aborted', { cause: error }))
  }
}
