/** One request from its caller to its answer: through the cache, shared with equal ones, or alone; and its redirects. */
import type { Clock } from '@hotpath/contract'
import { currentCall, runIn } from '../../call/call.ts'
import { dedupe } from '../../share/dedupe.ts'
import type { RequestEvents } from '../../call/events.ts'
import { timeout } from '../../protect/timeout.ts'
import type { Wrapped } from '../../call/wrapped.ts'
import type { Answer } from '../message/answer.ts'
import { CachedRequests } from '../cache/cached-requests.ts'
import { type CachingOptions, cachingPolicy, sendSettings } from './client-settings.ts'
import type { RequestOptions } from './client-types.ts'
import type { HttpCache } from '../cache/http-cache.ts'
import { LIMITED, namedTimeout, redirectError } from '../message/http-errors.ts'
import { settled } from '../message/http-errors.ts'
import type { OutgoingRequest } from '../message/outgoing-request.ts'
import { MAX_REDIRECTS, redirected } from './redirects.ts'
import { hasEffect, outdate, outdatedTags } from '../cache/writes.ts'
import { isSafe } from '../rules/methods.ts'

interface Parts {
  readonly cache: HttpCache | undefined
  readonly caching: CachingOptions | undefined
  readonly clock: Clock
  readonly events: RequestEvents | undefined
  readonly timeoutMs: number
}

type Exchange = (request: OutgoingRequest) => Promise<Answer>

export class Exchanges {
  readonly #parts: Parts
  readonly #shared: Wrapped<Exchange>
  readonly #cached: CachedRequests | undefined
  /** Counts writes: a read after a write does not join a request that was sent before it. */
  #generation = 0

  constructor(parts: Parts) {
    this.#parts = parts
    const { cache, caching, clock, events } = parts
    const policy = cachingPolicy(caching)
    this.#shared = dedupe(
      function request(outgoing: OutgoingRequest) {
        // Where the first caller cannot leave, the flight cannot end early, and its signal need not be made.
        if (outgoing.signal !== undefined) return settled(outgoing.send(outgoing))
        return runIn(undefined, () => settled(outgoing.send(outgoing)), undefined, []) as Promise<Answer>
      },
      {
        key: ({ method, href, identity, kind }) => `${this.#generation} ${method} ${kind} ${href} ${identity}`,
        events,
      },
    )
    const direct: Exchange = (request) => this.#direct(request)
    this.#cached = cache && new CachedRequests({ cache, policy, clock, direct })
  }

  /** Answers, redirects followed as the caller wants it. */
  answer(request: OutgoingRequest, said: RequestOptions): Promise<Answer> {
    const { redirect = 'follow', timeout: limit } = said
    if (limit === undefined) return this.#follow(request, redirect, this.#parts.timeoutMs)
    // Who joins the request of somebody with more time keeps his own limit.
    const { timeoutMs } = sendSettings(
      { timeout: limit },
      { retry: {}, timeoutMs: this.#parts.timeoutMs, attemptMs: Number.POSITIVE_INFINITY },
    )
    return this.#within(timeoutMs, request, (limited) => this.#follow(limited, redirect, timeoutMs))
  }

  async #follow(
    request: OutgoingRequest,
    redirect: NonNullable<RequestOptions['redirect']>,
    limitMs: number,
  ): Promise<Answer> {
    const startedAt = this.#parts.clock.monotonic()
    const answer = await this.#once(request)
    if (answer.redirected && redirect !== 'follow') throw redirectError(request, answer, followedAnyway(redirect))
    if (answer.status < 300 || answer.status >= 400 || redirect === 'manual') return answer
    const next = redirected(request, answer)
    if (next === undefined) return answer
    if (redirect === 'error') throw redirectError(request, answer, "was redirected, which `redirect: 'error'` forbids.")
    // One budget of time for the whole way.
    const leftMs = Math.max(1, limitMs - (this.#parts.clock.monotonic() - startedAt))
    return this.#within(leftMs, next, (limited) => this.#followOn(limited))
  }

  async #followOn(first: OutgoingRequest): Promise<Answer> {
    const { signal } = first
    let request = first
    for (let hops = 1; ; hops++) {
      const answer = await this.#once(request)
      const next = redirected(request, answer)
      if (next === undefined) return answer
      if (hops >= MAX_REDIRECTS) throw redirectError(first, answer, `was redirected more than ${MAX_REDIRECTS} times.`)
      request = { ...next, signal }
    }
  }

  #within(limitMs: number, request: OutgoingRequest, exchange: Exchange): Promise<Answer> {
    const { clock, events } = this.#parts
    const limited = timeout(() => exchange({ ...request, signal: currentCall().signal }), limitMs, {
      clock,
      events,
      name: LIMITED,
    })
    return limited
      .with({ signal: request.signal })()
      .catch((error: unknown) => {
        throw namedTimeout(request, error)
      })
  }

  #once(request: OutgoingRequest): Promise<Answer> {
    const { method, caching, selection } = request
    if (!isSafe(method) || selection.isOverridden) return this.#write(request)
    const isCached = method === 'GET' && caching !== 'off' && request.body === undefined && !selection.isConditional
    return isCached && this.#cached !== undefined ? this.#cached.answer(request) : this.#direct(request)
  }

  #direct(request: OutgoingRequest): Promise<Answer> {
    const { signal } = request
    if (request.body !== undefined) return settled(request.send.with({ signal })(request))
    return signal === undefined ? this.#shared(request) : this.#shared.with({ signal })(request)
  }

  async #write(request: OutgoingRequest): Promise<Answer> {
    const { signal } = request
    try {
      const answer = await settled(request.send.with({ signal })(request))
      this.#generation++
      if (hasEffect(answer.status)) await this.#outdate(request, answer)
      return answer
    } catch (error) {
      this.#generation++
      // It may have happened all the same. Who has left does not wait for it.
      const outdated = this.#outdate(request, undefined)
      if (signal?.aborted !== true) await outdated
      throw error
    }
  }

  async #outdate(request: OutgoingRequest, answer: Answer | undefined): Promise<void> {
    const { cache, events } = this.#parts
    if (cache === undefined) return
    await outdate(cache, { tags: outdatedTags(request, answer), keys: request.keys }, events)
  }
}

/** The platform's `fetch` in a page can do nothing else, and who forbade it has to know. */
function followedAnyway(redirect: string): string {
  return `was redirected, and its transport followed, which \`redirect: '${redirect}'\` forbids. Use undici, or a transport that follows none.`
}
