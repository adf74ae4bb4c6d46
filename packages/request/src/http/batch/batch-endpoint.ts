/**
 * GET requests that come together, as one POST to an endpoint of the server. It stands in the place of a transport: the
 * cache, retries and limits of time above it see single requests.
 */
import {
  type Clock,
  type Duration,
  type HttpError,
  type OptionTable,
  checkOptions,
  wrongOption,
} from '@hotpath/contract'
import { batch } from '../../batch/batch.ts'
import type { RequestEvents } from '../../call/events.ts'
import { assertFunction } from '../../call/function.ts'
import { type Address, urlOf } from '../message/address.ts'
import {
  answersById,
  type BatchedRequest,
  type BatchedResponse,
  decodeBatch,
  encodeBatch,
  UnusableBatch,
} from './format.ts'
import { byAsker, headersOfAll, headersOfOne } from './headers.ts'
import { type HeaderFields, fieldOf } from '../rules/header-fields.ts'
import { batchError, redirectError, shown } from '../message/http-errors.ts'
import { decodeResponse } from '../message/response-body.ts'
import { isOverridden } from '../rules/selection.ts'
import { targetOf } from '../message/target.ts'
import type { HttpTransport, TransportRequest, TransportResponse } from '../transport/transport.ts'

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

const BATCH_ENDPOINT_OPTIONS: OptionTable<keyof BatchEndpointOptions> = {
  path: "'/batch'",
  maxBatch: true,
  window: true,
  when: true,
  encode: true,
  decode: true,
}

/** What a batch endpoint gets from its client. */
export interface BatchContext {
  /** What carries the batches, and single requests. */
  readonly transport: HttpTransport
  /** The client's `baseUrl`. */
  readonly base: Address | undefined
  /** Time. */
  readonly clock: Clock
  /** Where it reports what happens. */
  readonly events: RequestEvents | undefined
}

/** Puts batching in front of a transport; made by `batchEndpoint`. */
export type BatchEndpoint = (context: BatchContext) => HttpTransport

/**
 * A client's `batch`: GET requests of one turn of the event loop go out as one POST. Apart from `createHttpClient`, so that
 * an application without it does not bundle it.
 *
 * @throws ConfigError naming the option.
 *
 * @example
 * ```ts
 * import { batchEndpoint, createHttpClient } from '@hotpath/request/http'
 *
 * const api = createHttpClient({ baseUrl: 'https://api.example.com', batch: batchEndpoint({ path: '/batch' }) })
 * await api.close()
 * ```
 */
export function batchEndpoint(options: BatchEndpointOptions): BatchEndpoint {
  checkOptions(options, 'batchEndpoint', BATCH_ENDPOINT_OPTIONS)
  const { path, maxBatch = 20, window, when = () => true, encode = encodeBatch, decode = decodeBatch } = options
  assertFunction(when, 'when', "when: (url) => url.pathname.startsWith('/cities')")
  assertFunction(encode, 'encode', 'encode: (requests) => ({ requests })')
  assertFunction(decode, 'decode', 'decode: (body) => body.responses')
  if (typeof path !== 'string' || path === '') throw wrongOption('path', 'a path', path, "Use for example '/batch'.")
  return ({ transport, base, clock, events }) => {
    const url = urlOf(targetOf(base, path, {}))

    const together = batch(
      async (requests: readonly TransportRequest[], { signal }): Promise<readonly (TransportResponse | Error)[]> => {
        const answers = new Map<TransportRequest, TransportResponse | Error>()
        await Promise.all(
          [...byAsker(requests)].map(async (group) => {
            const received = await (group.length === 1 && group[0] !== undefined
              ? alone(group[0], signal).then((response) => [response])
              : ask(group, signal)
            ).catch((error: unknown) => group.map(() => failed(error)))
            for (const [index, answer] of received.entries()) answers.set(group[index] as TransportRequest, answer)
          }),
        )
        return requests.map((request) => answers.get(request) as TransportResponse | Error)
      },
      { key: keyOf, maxBatch, window, isolate: false, timeout: false, clock, events, name: 'http batch' },
    )

    const alone = (request: TransportRequest, signal: AbortSignal): Promise<TransportResponse> =>
      transport.send({ ...request, signal })

    async function ask(
      group: readonly TransportRequest[],
      signal: AbortSignal,
    ): Promise<(TransportResponse | Error)[]> {
      const sent = {
        method: 'POST',
        url,
        headers: headersOfAll(group),
        body: JSON.stringify(encode(group.map(batched))),
        signal,
        maxBodyBytes: Math.max(...group.map(({ maxBodyBytes }) => maxBodyBytes)),
      }
      const response = await transport.send(sent)
      const { status, redirectedTo } = response
      if ((status >= 300 && status < 400) || redirectedTo !== undefined) {
        const rule = 'was redirected, which a batch does not follow. Give `batchEndpoint` the `path` that it leads to.'
        throw redirectError(sent, { ...response, body: undefined }, rule)
      }
      // What becomes of the batch becomes of each request in it, its `Retry-After`, too. But it is no answer to keep.
      if (status >= 400) {
        return group.map(() => ({ ...response, headers: { ...response.headers, 'cache-control': 'no-store' } }))
      }
      const wrong = (reason: string, cause?: unknown): HttpError => batchError(sent, response, { reason, cause })
      const answers = read(response, wrong)
      return group.map((request, index) => {
        const answer = answers.get(String(index))
        return answer === undefined ? wrong(`leaves out ${shown(request)}`) : unbatched(answer)
      })
    }

    function read(
      { body, headers }: TransportResponse,
      wrong: (reason: string, cause: unknown) => HttpError,
    ): ReadonlyMap<string, BatchedResponse> {
      let reason = 'is no JSON'
      try {
        const decoded = decodeResponse(body, 'json', fieldOf(headers, 'content-type'))
        reason = '`decode` cannot read'
        return answersById(decode(decoded))
      } catch (cause) {
        throw wrong(cause instanceof UnusableBatch ? cause.message : reason, cause)
      }
    }

    return {
      send: (request) => {
        const { method, headers } = request
        const isRead = method === 'GET' && !isOverridden(headers)
        const isBatched = isRead && request.url.origin === url.origin && when(request.url)
        return isBatched ? together.load(request, { signal: request.signal }) : transport.send(request)
      },
      close: async () => transport.close?.(),
    }
  }
}

function batched({ method, url, headers }: TransportRequest, index: number): BatchedRequest {
  return { id: String(index), method, url: url.pathname + url.search, headers: headersOfOne(headers) }
}

function unbatched(one: BatchedResponse): TransportResponse {
  const headers: HeaderFields = Object.fromEntries(
    Object.entries(one.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  )
  return { status: one.status, headers, body: new Uint8Array(0), decoded: { body: one.body } }
}

/** One group fails: what others ask for with credentials of their own is answered all the same. */
function failed(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The batch failed. See the cause.', { cause: reason })
}

function keyOf({ url, headers }: TransportRequest): string {
  return `${url.href} ${JSON.stringify(headers)}`
}
