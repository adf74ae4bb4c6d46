/**
 * GET requests that come together, as one POST to an endpoint of the server. It stands in the place of a transport: the
 * cache, retries and limits of time above it see single requests.
 */
import { type Clock, type Duration, RequestError } from '@hotpath/contract'
import { batch } from '../batch.ts'
import type { RequestEvents } from '../events.ts'
import { assertFunction, assertOptions, wrong } from '../options.ts'
import { type HeaderFields, fieldOf } from './header-fields.ts'
import { decodeResponse } from './response-body.ts'
import { targetOf } from './target.ts'
import type { HttpTransport, TransportRequest, TransportResponse } from './transport.ts'

/** One request within a batch. */
export interface BatchedRequest {
  /** Tells the requests of one batch apart. */
  readonly id: string
  /** Always `'GET'`. */
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** Names in lower case; credentials are sent with the batch itself. */
  readonly headers: Readonly<Record<string, string>>
}

/** One answer within a batch. */
export interface BatchedResponse {
  /** Whose answer it is. */
  readonly id: string
  /** Status code. */
  readonly status: number
  /** Fields of the header, as `etag` or `cache-control`. */
  readonly headers?: Readonly<Record<string, string | number>> | undefined
  /** The body, as it would be decoded. */
  readonly body?: unknown
}

/** Where requests are sent together, and how. */
export interface BatchEndpointOptions {
  /** Path that takes batches, behind the `baseUrl`. */
  readonly path: string
  /** With so many requests a batch goes out at once. Default 20. */
  readonly maxBatch?: number | undefined
  /** How long requests are collected. Default: until this turn of the event loop ends. */
  readonly window?: Duration | false | undefined
  /** Which GET requests are sent so. Default: all to the origin of `baseUrl`. */
  readonly when?: ((url: URL) => boolean) | undefined
  /** Makes the body of a batch. Default: `{ requests: [{ id, method, url, headers }] }`. */
  readonly encode?: ((requests: readonly BatchedRequest[]) => unknown) | undefined
  /** Reads the answer to a batch. Default: `{ responses: [{ id, status, headers, body }] }`, in any order. */
  readonly decode?: ((body: unknown) => readonly BatchedResponse[]) | undefined
}

/** What a client tells its batch endpoint. */
export interface BatchContext {
  /** What carries the batches, and single requests. */
  readonly transport: HttpTransport
  /** The client's `baseUrl`. */
  readonly base: URL | undefined
  /** Time. */
  readonly clock: Clock
  /** Where it tells what happens. */
  readonly events: RequestEvents | undefined
}

/** Puts batching in front of a transport; made by `batchEndpoint`. */
export type BatchEndpoint = (context: BatchContext) => HttpTransport

/** Who asks: requests of different people never share a batch. */
const CREDENTIALS = ['authorization', 'cookie']

/**
 * A client's `batch`: GET requests of one turn of the event loop go out as one POST. Apart from `createHttpClient`, so that
 * who does not use it does not bundle it.
 *
 * @throws ConfigError naming the option.
 *
 * @example
 * ```ts
 * import { batchEndpoint, createHttpClient } from '@hotpath/request/http'
 *
 * await using api = createHttpClient({ baseUrl: 'https://api.example.com', batch: batchEndpoint({ path: '/batch' }) })
 * ```
 */
export function batchEndpoint(options: BatchEndpointOptions): BatchEndpoint {
  assertOptions(options, 'batchEndpoint')
  const { path, maxBatch = 20, window, when = () => true, encode = encodeBatch, decode = decodeBatch } = options
  assertFunction(when, 'when', "when: (url) => url.pathname.startsWith('/cities')")
  assertFunction(encode, 'encode', 'encode: (requests) => ({ requests })')
  assertFunction(decode, 'decode', 'decode: (body) => body.responses')
  if (typeof path !== 'string' || path === '') throw wrong('path', 'a path', path, "Use for example '/batch'.")
  return ({ transport, base, clock, events }) => {
    const url = targetOf(base, path, {})

    const together = batch(
      async (requests: readonly TransportRequest[], { signal }): Promise<readonly (TransportResponse | Error)[]> => {
        const groups = byCredentials(requests)
        const answers = new Map<TransportRequest, TransportResponse | Error>()
        await Promise.all(
          [...groups.values()].map(async (group) => {
            const received = await (group.length === 1 && group[0] !== undefined
              ? alone(group[0], signal).then((response) => [response])
              : ask(group, signal)
            ).catch((error: unknown) => group.map(() => failed(error)))
            for (const [index, request] of group.entries()) answers.set(request, received[index] ?? missing(request))
          }),
        )
        return requests.map((request) => answers.get(request) ?? missing(request))
      },
      { key: keyOf, maxBatch, window, isolate: false, timeout: false, clock, events, name: 'http batch' },
    )

    const alone = (request: TransportRequest, signal: AbortSignal): Promise<TransportResponse> =>
      transport.send({ ...request, signal })

    async function ask(
      group: readonly TransportRequest[],
      signal: AbortSignal,
    ): Promise<(TransportResponse | undefined)[]> {
      const [first] = group
      const response = await transport.send({
        method: 'POST',
        url,
        headers: {
          ...pickHeaders(first?.headers ?? {}, true),
          accept: 'application/json',
          'content-type': 'application/json',
        },
        body: JSON.stringify(encode(group.map(batched))),
        signal,
        maxBodyBytes: Math.max(...group.map(({ maxBodyBytes }) => maxBodyBytes)),
      })
      // What becomes of the batch becomes of each request in it: its `Retry-After`, too.
      if (response.status >= 300) return group.map(() => response)
      const body = decodeResponse(response.body, 'json', fieldOf(response.headers, 'content-type'))
      const byId = new Map(decode(body).map((one) => [one.id, one]))
      return group.map((_, index) => unbatched(byId.get(String(index))))
    }

    return {
      send: (request) => {
        const isBatched = request.method === 'GET' && request.url.origin === url.origin && when(request.url)
        return isBatched ? together.load(request, { signal: request.signal }) : transport.send(request)
      },
      close: async () => transport.close?.(),
    }
  }
}

function batched({ method, url, headers }: TransportRequest, index: number): BatchedRequest {
  return { id: String(index), method, url: url.pathname + url.search, headers: pickHeaders(headers, false) }
}

function unbatched(one: BatchedResponse | undefined): TransportResponse | undefined {
  if (one === undefined) return undefined
  const headers: HeaderFields = Object.fromEntries(
    Object.entries(one.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  )
  return { status: one.status, headers, body: new Uint8Array(0), decoded: { body: one.body } }
}

/** One group fails: what others ask for with credentials of their own is answered all the same. */
function failed(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The batch failed. See the cause.', { cause: reason })
}

function encodeBatch(requests: readonly BatchedRequest[]): unknown {
  return { requests }
}

function decodeBatch(body: unknown): readonly BatchedResponse[] {
  const { responses } = (body ?? {}) as { readonly responses?: unknown }
  return Array.isArray(responses) ? responses.filter(isAnswer) : []
}

function isAnswer(one: unknown): one is BatchedResponse {
  return (
    typeof (one as Partial<BatchedResponse> | null)?.id === 'string' &&
    typeof (one as BatchedResponse).status === 'number'
  )
}

function keyOf({ url, headers }: TransportRequest): string {
  return `${url.href} ${JSON.stringify(headers)}`
}

function byCredentials(requests: readonly TransportRequest[]): ReadonlyMap<string, TransportRequest[]> {
  const groups = new Map<string, TransportRequest[]>()
  for (const request of requests) {
    const credentials = JSON.stringify(CREDENTIALS.map((name) => request.headers[name]))
    const group = groups.get(credentials)
    if (group === undefined) groups.set(credentials, [request])
    else group.push(request)
  }
  return groups
}

function pickHeaders(
  headers: Readonly<Record<string, string>>,
  credentials: boolean,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => CREDENTIALS.includes(name) === credentials))
}

function missing({ url }: TransportRequest): RequestError {
  return new RequestError(
    'ERR_REQUEST_RESULT',
    `The batch was answered without \`${url.origin}${url.pathname}\`. Answer each request by its \`id\`, or give \`batchEndpoint\` a \`decode\`.`,
    { context: { url: url.origin + url.pathname } },
  )
}
