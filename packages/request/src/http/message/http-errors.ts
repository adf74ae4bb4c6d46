/** What goes wrong between a client and a server. Addresses are shown without their query: that may hold secrets. */
import { HttpError, type HttpErrorDetails, RequestError, formatDuration, isHotpathError } from '@hotpath/contract'
import type { Answer } from './answer.ts'
import { type HeaderFields, fieldOf } from '../rules/header-fields.ts'
import type { OutgoingRequest } from './outgoing-request.ts'
import { parseRetryAfter } from '../../retry/retry-after.ts'
import { parseHttpDate } from '../rules/http-date.ts'
import { BodyFailure } from './body-failure.ts'

/** What the client's policies call a request. */
export const LIMITED = 'request'

type Target = Pick<OutgoingRequest, 'method' | 'url'>
type Head = Pick<Answer, 'status' | 'headers'>

/** The answer has a status that says that the request failed. */
export function statusError(answer: Answer, request: Target): HttpError {
  return new HttpError('ERR_HTTP_STATUS', statusMessage(answer, request), detailsOf(answer, request))
}

/** An answer whose status another attempt may better: retries see an error in it, and its caller the answer. */
export class RetryableAnswer extends HttpError {
  readonly answer: Answer

  constructor(answer: Answer, request: Target, nowMs: number) {
    const { context, ...details } = detailsOf(answer, request)
    const field = fieldOf(answer.headers, 'retry-after')
    const serverNow = parseHttpDate(fieldOf(answer.headers, 'date'), nowMs) ?? nowMs
    const retryAfterMs = field === undefined ? undefined : parseRetryAfter(field, serverNow)
    super('ERR_HTTP_STATUS', statusMessage(answer, request), { ...details, context: { ...context, retryAfterMs } })
    this.answer = answer
  }
}

/** The answer in the end, whatever its status. */
export function settled(answer: Promise<Answer>): Promise<Answer> {
  return answer.then(undefined, (error: unknown) => {
    if (error instanceof RetryableAnswer) return error.answer
    throw error
  })
}

/** There is no answer, or not all of it. */
export function networkError(request: Target, cause: unknown): RequestError {
  if (cause instanceof BodyFailure) {
    const { isTooLarge, message } = cause
    const wayOut = isTooLarge ? ' Ask for less, or raise the limit.' : ''
    const { context, ...details } = detailsOf({ ...cause, body: undefined }, request)
    return new HttpError(
      'ERR_HTTP_BODY',
      `The body that answers ${shown(request)} cannot be used: ${message}.${wayOut}`,
      {
        ...details,
        cause: cause.cause,
        context: { ...context, isTooLarge },
      },
    )
  }
  return new RequestError(
    'ERR_HTTP_NETWORK',
    `${shown(request)} got no response. Check that the server can be reached.`,
    { cause, context: contextOf(request) },
  )
}

/** A limit of the client on one request: the policy that keeps it knows nothing of the request. */
export function namedTimeout(request: Target, error: unknown): unknown {
  if (!isHotpathError(error, 'ERR_REQUEST_TIMEOUT')) return error
  const { name, timeoutMs } = error.context as { readonly name?: unknown; readonly timeoutMs?: number }
  if (name !== LIMITED || timeoutMs === undefined) return error
  return new RequestError(
    'ERR_REQUEST_TIMEOUT',
    `${shown(request)} took longer than ${formatDuration(timeoutMs)}. Raise its \`timeout\`, or look at what the server does.`,
    { context: { ...contextOf(request), timeoutMs } },
  )
}

/** The body of the answer cannot be read as what it should be. */
export function bodyError(request: Target, answer: Head, cause: unknown): HttpError {
  const type = fieldOf(answer.headers, 'content-type') ?? 'no content type'
  return new HttpError(
    'ERR_HTTP_BODY',
    `${shown(request)} was answered with a body that cannot be read as ${type}. Pass \`as: 'text'\` to see it as it is.`,
    { cause, ...detailsOf({ ...answer, body: undefined }, request) },
  )
}

/** The body that answers a batch cannot be told apart into answers to its requests: `reason` says why. */
export function batchError(
  batch: Target,
  answer: Head,
  { reason, cause }: { readonly reason: string; readonly cause: unknown },
): HttpError {
  return new HttpError(
    'ERR_HTTP_BODY',
    `${shown(batch)} was answered with a batch that ${reason}. Answer each request by its \`id\`, with a \`status\`, or give \`batchEndpoint\` a \`decode\`.`,
    { cause, ...detailsOf({ ...answer, body: undefined }, batch) },
  )
}

/** There are more redirects than anybody means. */
export function redirectError(request: Target, answer: Head & Pick<Answer, 'body'>, rule: string): HttpError {
  return new HttpError('ERR_HTTP_STATUS', `${shown(request)} ${rule}`, detailsOf(answer, request))
}

/** Whether a request failed because its answer is too long. */
export function isBodyTooLarge(error: unknown): boolean {
  return isHotpathError(error, 'ERR_HTTP_BODY') && error.context['isTooLarge'] === true
}

function statusMessage({ status }: Head, request: Target): string {
  return `${shown(request)} was answered with status ${status}. Use \`fetch\` to get answers of any status.`
}

function detailsOf({ status, headers, body }: Head & Pick<Answer, 'body'>, request: Target): HttpErrorDetails {
  return { status, headers: flat(headers), body, context: { ...contextOf(request), status } }
}

function contextOf({ method, url }: Target): Readonly<Record<string, string>> {
  return { method, url: url.origin + url.pathname }
}

/** A request without what may be secret. */
export function shown({ method, url }: Target): string {
  return `\`${method} ${url.origin}${url.pathname}\``
}

function flat(headers: HeaderFields): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, fieldOf(headers, name) ?? '']))
}
