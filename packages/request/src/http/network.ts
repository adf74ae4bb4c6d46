/** The way to the server: attempts, each of them sent and read to its end, within one budget of time. */
import { isHotpathError } from '@hotpath/contract'
import { currentCall } from '../call.ts'
import { compose } from '../compose.ts'
import { isRetryable } from '../is-retryable.ts'
import { retry } from '../retry.ts'
import { timeout } from '../timeout.ts'
import type { Wrapped } from '../wrapped.ts'
import type { Answer } from './answer.ts'
import type { NetworkSettings, SendSettings } from './client-settings.ts'
import { fieldOf } from './header-fields.ts'
import { PoorAnswer, bodyError, isBodyTooLarge, networkError } from './http-errors.ts'
import type { OutgoingRequest } from './outgoing-request.ts'
import { decodeResponse } from './response-body.ts'
import type { TransportResponse } from './transport.ts'

/** Sends a request until there is an answer, or no attempt is left. */
export type Send = Wrapped<(request: OutgoingRequest) => Promise<Answer>>

/** Puts the policies around the way to the server: one budget of time around all attempts. */
export function createSend(network: NetworkSettings, { retry: retries, timeoutMs, attemptMs }: SendSettings): Send {
  const { clock, events } = network
  const options = { clock, events }
  async function request(outgoing: OutgoingRequest): Promise<Answer> {
    const answer = await exchange(network, outgoing, currentCall().signal)
    // Retries look at errors; the caller of `send` gets the answer all the same.
    if (answer.status >= 400 && outgoing.repeatable && retries !== false)
      throw new PoorAnswer(answer, outgoing, clock.now())
    return answer
  }
  const perAttempt = attemptMs === Number.POSITIVE_INFINITY ? [] : [timeout(attemptMs, options)]
  const once = compose(request, ...perAttempt)
  const again = retries === false ? once : retry(once, { when: mayHelp, ...options, ...retries, name: 'request' })
  return timeout(
    function send(outgoing: OutgoingRequest): Promise<Answer> {
      return outgoing.repeatable ? again(outgoing) : once(outgoing)
    },
    timeoutMs === Number.POSITIVE_INFINITY ? false : timeoutMs,
    { ...options, name: 'request' },
  )
}

/** The answer in the end, whatever its status. */
export async function settled(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof PoorAnswer) return error.answer
    throw error
  }
}

/** A body that is too long will be so again. */
function mayHelp(error: unknown): boolean {
  return isRetryable(error) && !isBodyTooLarge(error)
}

async function exchange(
  { transport, clock, maxBodyBytes }: NetworkSettings,
  request: OutgoingRequest,
  signal: AbortSignal,
): Promise<Answer> {
  const { method, url, headers, body, kind } = request
  const startedAt = clock.monotonic()
  let received: TransportResponse
  try {
    received = await transport.send({ method, url, headers, body, signal, maxBodyBytes })
  } catch (cause) {
    if (signal.aborted) throw signal.reason
    // What is ours says what happened.
    throw isHotpathError(cause) ? cause : networkError(request, cause)
  }
  const fields = received.headers
  const delayMs = clock.monotonic() - startedAt
  const { status, redirectedTo } = received
  const head = {
    status,
    headers: fields,
    url: redirectedTo ?? request.href,
    redirected: redirectedTo !== undefined,
    delayMs,
    from: 'network' as const,
  }
  try {
    const isEmpty = status === 204 || status === 304 || method === 'HEAD'
    if (isEmpty) return { ...head, body: undefined }
    if (received.decoded !== undefined) return { ...head, body: received.decoded.body }
    return { ...head, body: decodeResponse(received.body, kind, fieldOf(fields, 'content-type')) }
  } catch (cause) {
    throw bodyError(request, head, cause)
  }
}
