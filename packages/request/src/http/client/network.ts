/** The way to the server: attempts, each of them sent and read to its end, within one budget of time. */
import { isHotpathError } from '@hotpath/contract'
import { ambientCall, Call } from '../../call/call.ts'
import { asWrapped } from '../../call/wrapped.ts'
import { isRetryable } from '../../retry/is-retryable.ts'
import { retry } from '../../retry/retry.ts'
import { timeout } from '../../protect/timeout.ts'
import type { Answer } from '../message/answer.ts'
import { parseCacheControl } from '../rules/cache-control.ts'
import type { NetworkSettings, SendSettings } from './client-settings.ts'
import { fieldOf } from '../rules/header-fields.ts'
import {
  LIMITED,
  RetryableAnswer,
  bodyError,
  isBodyTooLarge,
  namedTimeout,
  networkError,
} from '../message/http-errors.ts'
import type { OutgoingRequest, Send } from '../message/outgoing-request.ts'
import { decodeResponse } from '../message/response-body.ts'
import { sendWithin, type TransportResponse } from '../transport/transport.ts'
import { isSafe } from '../rules/methods.ts'

/** Puts the policies around the way to the server: one budget of time around all attempts. */
export function createSend(network: NetworkSettings, { retry: retries, timeoutMs, attemptMs }: SendSettings): Send {
  const { clock, events } = network
  const options = { clock, events, name: LIMITED }
  async function request(outgoing: OutgoingRequest): Promise<Answer> {
    if (isOnlyIfCached(outgoing)) return nothingCached(outgoing)
    const call = ambientCall() ?? new Call(undefined)
    const startedAt = clock.monotonic()
    const received = await receive(network, outgoing, call)
    const answer = answerOf(outgoing, received, clock.monotonic() - startedAt)
    // Retries look at errors; the caller of `send` gets the answer all the same.
    if (answer.status < 400 || !outgoing.repeatable || retries === false) return answer
    throw new RetryableAnswer(answer, outgoing, clock.now())
  }
  const once = attemptMs === Number.POSITIVE_INFINITY ? request : timeout(request, attemptMs, options)
  const again = retries === false ? once : retry(once, { when: mayHelp, ...retries, ...options })
  const limited = timeout(
    function send(outgoing: OutgoingRequest): Promise<Answer> {
      return outgoing.repeatable ? again(outgoing) : once(outgoing)
    },
    timeoutMs === Number.POSITIVE_INFINITY ? false : timeoutMs,
    options,
  )
  return asWrapped(limited, function named(...args) {
    return limited(...(args as Parameters<Send>)).catch((error: unknown) => {
      throw namedTimeout(args[0] as OutgoingRequest, error)
    })
  })
}

/** Whether a request is not to be sent, by its own word (RFC 9111, section 5.2.1.7). A write always is. */
function isOnlyIfCached({ method, headers: { 'cache-control': field } }: OutgoingRequest): boolean {
  return field !== undefined && isSafe(method) && parseCacheControl(field).onlyIfCached
}

function nothingCached({ href: url }: OutgoingRequest): Answer {
  return { status: 504, headers: {}, body: undefined, url, redirected: false, delayMs: 0, from: 'cache' }
}

/** A body that is too long will be so again. */
function mayHelp(error: unknown): boolean {
  return isRetryable(error) && !isBodyTooLarge(error)
}

async function receive(
  { transport, maxBodyBytes }: NetworkSettings,
  request: OutgoingRequest,
  call: Call,
): Promise<TransportResponse> {
  const { method, url, headers, body } = request
  try {
    return await sendWithin(transport, call, { method, url, headers, body, maxBodyBytes })
  } catch (cause) {
    if (call.aborted) throw call.reason
    // What is ours says what happened.
    throw isHotpathError(cause) ? cause : networkError(request, cause)
  }
}

function answerOf({ method, url, href, kind }: OutgoingRequest, received: TransportResponse, delayMs: number): Answer {
  const { status, headers, redirectedTo } = received
  const answer = {
    status,
    headers,
    body: undefined as unknown,
    url: redirectedTo ?? href,
    redirected: redirectedTo !== undefined,
    delayMs,
    from: 'network' as const,
  }
  if (status === 204 || status === 304 || method === 'HEAD') return answer
  try {
    answer.body =
      received.decoded === undefined
        ? decodeResponse(received.body, kind, fieldOf(headers, 'content-type'))
        : received.decoded.body
    return answer
  } catch (cause) {
    throw bodyError({ method, url }, answer, cause)
  }
}
