/**
 * GET requests through a cache. Under the key of an address stands its response, or the list of request fields that its
 * responses differ by (`StoredVary`), each of which then has a key of its own; so an address that does not vary costs
 * one look-up, one that does two, and other processes learn it too.
 *
 * The cache decides who loads and what is outdated, this module what a response may be used for. A response that was
 * loaded for one caller reaches those who joined that load only if it may be stored, or if their headers are the same.
 */
import type { CacheKey, Clock } from '@hotpath/contract'
import { runIn } from '../../call/call.ts'
import type { Answer } from '../message/answer.ts'
import type { HttpCache, HttpLoadContext } from './http-cache.ts'
import { RetryableAnswer } from '../message/http-errors.ts'
import { type CachingPolicy, lifetimeOf } from '../rules/lifetime.ts'
import { settled } from '../message/http-errors.ts'
import type { OutgoingRequest } from '../message/outgoing-request.ts'
import { isServerFailure, objectionTo } from '../rules/storable.ts'
import {
  type FailedLoad,
  type Stored,
  type StoredResponse,
  answerFrom,
  entryOf,
  isFor,
  isOfUse,
  keyOf,
  tagOf,
  windowsOf,
} from './stored-response.ts'
import { conditionFor, confirms, freshened } from '../rules/validation.ts'
import { knownFields } from '../rules/selection.ts'
import { sameNames, varyOf } from '../rules/vary.ts'

/** An address, its variants, and once more to validate: more looks only follow a server that changes its mind. */
const MAX_LOOKS = 4
/** How long it is remembered which fields an address varies by. A wrong memory costs a request, and is corrected by it. */
const VARY_TTL = '7d'
/** How many addresses are remembered whose responses are for one caller each. */
const MAX_UNSHARED = 1_000

interface Parts {
  readonly cache: HttpCache
  readonly policy: CachingPolicy
  readonly clock: Clock
  /** The way that equal requests share, past the cache. */
  readonly direct: (request: OutgoingRequest) => Promise<Answer>
}

/** Those who waited for the same response: what has to be validated is nothing for others, whatever it varies by. */
interface Joined {
  /** How many requests had begun when it came. */
  readonly begun: number
  /** With the same headers. */
  readonly identity: string
}

/** What this caller's own load brought, as opposed to one that he joined. */
interface OwnLoad {
  answer: Answer | undefined
  hasFailed: boolean
}

export class CachedRequests {
  readonly #parts: Parts
  /** Who may use a response that has to be validated before each use, for whom it is as good as validated. */
  readonly #usableBy = new WeakMap<StoredResponse, Joined>()
  /** For whom the errors are that the cache got to see. */
  readonly #failures = new WeakMap<Error, string>()
  #begun = 0
  readonly #unshared = new Set<string>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Answers from the cache, or by way of it. */
  async answer(request: OutgoingRequest): Promise<Answer> {
    const { cache, direct, policy } = this.#parts
    if (this.#unshared.has(request.href)) return this.#past(request)
    const number = ++this.#begun
    let refresh = request.caching === 'refresh'
    const { signal } = request
    // Known before the load, so that nobody joins one that a write has outdated meanwhile.
    const tags = [...request.tags, tagOf(request.url)]
    let names: readonly string[] = []
    for (let look = 0; look < MAX_LOOKS; look++) {
      const own: OwnLoad = { answer: undefined, hasFailed: false }
      const key = keyOf(request, names, policy)
      const load = (context: HttpLoadContext<Stored>): Promise<Stored> =>
        this.#load({ request, key, names, tags, own }, context)
      // The way to the server has limits of its own, and what is kept to be validated is not to be served instead.
      let stored: Stored
      try {
        stored = await cache.getOrSet(key, load, { signal, refresh, tags, timeout: false })
      } catch (error) {
        stored = this.#failureOf(error)
      }
      if (own.answer !== undefined) return own.answer
      if (stored.type === 'vary') names = stored.names
      else if (stored.type === 'failure') {
        if (stored.onlyFor === request.identity) return settled(Promise.reject(stored.error))
        break
      } else {
        if (!isFor(request, stored)) break
        if (own.hasFailed) return answerFrom(stored, 'stale')
        // One that is not stored was joined, and so is new.
        const joined = this.#usableBy.get(stored)
        const isNew = stored.onlyFor !== undefined || (joined?.identity === request.identity && joined.begun >= number)
        if (isNew || !stored.validateAlways) return answerFrom(stored, 'cache')
        refresh = true
      }
    }
    return direct(request)
  }

  /** What the load failed with that a cache shared among several callers; thrown again, if it comes of anything else. */
  #failureOf(error: unknown): FailedLoad {
    const onlyFor = this.#failures.get(error as Error)
    if (onlyFor === undefined) throw error
    return { type: 'failure', error, onlyFor }
  }

  /** Past the cache, until the address is found to be for everybody again. */
  async #past(request: OutgoingRequest): Promise<Answer> {
    const answer = await this.#parts.direct(request)
    if (this.#objectionTo(request, answer) === undefined) this.#unshared.delete(request.href)
    return answer
  }

  async #load(plan: LoadPlan, context: HttpLoadContext<Stored>): Promise<Stored> {
    const { request, own } = plan
    const { previous } = context
    if (previous?.value.type === 'vary') {
      context.setTtl({ ttl: VARY_TTL, staleWhileRevalidate: false, staleIfError: false })
      context.addTags(previous.tags)
      return previous.value
    }
    const held = previous?.value.type === 'response' && isFor(request, previous.value) ? previous.value : undefined
    const maySubstitute = held !== undefined && (previous?.ageMs ?? 0) <= held.usableMs
    const asOf = this.#parts.cache.position()
    let answer: Answer
    try {
      answer = await this.#ask(request, held, context.signal)
      if (maySubstitute && answer.from === 'network' && isServerFailure(answer.status)) {
        throw new RetryableAnswer(answer, request, this.#parts.clock.now())
      }
    } catch (error) {
      own.hasFailed = true
      // What went wrong, and the header that came with it, is for who asked with the same header alone.
      const onlyFor = request.identity
      if (context.signal.aborted) throw error
      if (error instanceof Error) this.#failures.set(error, onlyFor)
      // Thrown to the cache, which serves what it holds and lets the next attempt wait.
      if (maySubstitute) throw error
      context.skip()
      return { type: 'failure', error, onlyFor }
    }
    own.answer = answer
    // What a 304 keeps depends on all that it depended on before.
    const tags = answer.from === 'revalidated' ? [...(previous?.tags ?? []), ...plan.tags] : plan.tags
    return this.#keep(plan, context, { answer, tags, asOf, held })
  }

  /** Asks the server, on condition where something is held that can be named. */
  async #ask(request: OutgoingRequest, held: StoredResponse | undefined, signal: AbortSignal): Promise<Answer> {
    const condition = held && conditionFor(held.headers)
    if (held === undefined || condition === undefined) return this.#send(request, signal)
    const answer = await this.#send({ ...request, headers: { ...request.headers, ...condition } }, signal)
    if (answer.status !== 304) return answer
    // A server that confirms what was not asked about has to be asked again, without a condition.
    if (!confirms(held.headers, answer.headers)) return this.#send(request, signal)
    const { status, body, url } = held
    return { ...answer, status, body, url, headers: freshened(held.headers, answer.headers), from: 'revalidated' }
  }

  #send(request: OutgoingRequest, signal: AbortSignal): Promise<Answer> {
    // A load is shared, so it must not end with the call that happens to begin it.
    return runIn(undefined, () => settled(request.send.with({ signal })(request)), undefined, []) as Promise<Answer>
  }

  /** Stores an answer where it belongs, as far as it may be. */
  async #keep(plan: LoadPlan, context: HttpLoadContext<Stored>, loaded: Loaded): Promise<Stored> {
    const { request, key, names } = plan
    const { answer, tags, asOf, held } = loaded
    const { cache, clock, policy } = this.#parts
    const lifetime = lifetimeOf(answer, { ...policy, ttlMs: request.ttlMs ?? policy.ttlMs }, clock.now())
    const varies = varyOf(answer.headers, knownFields())
    const objection = this.#objectionTo(request, answer)
    const entry = entryOf(answer, lifetime, policy)
    if (objection !== undefined || varies === '*' || !isOfUse(lifetime)) {
      context.skip()
      if (objection !== undefined && objection !== 'status') this.#remember(request.href)
      // What is held is no longer what the server says, unless the server merely failed.
      if (held !== undefined && !isServerFailure(answer.status)) await cache.delete(key).catch(() => {})
      return { ...entry, onlyFor: request.identity }
    }
    if (entry.validateAlways) {
      this.#usableBy.set(entry, { begun: this.#begun, identity: request.identity })
    }
    const windows = windowsOf(lifetime)
    if (sameNames(varies, names)) {
      context.setTtl(windows)
      context.addTags(tags)
      return entry
    }
    const marker: Stored = { type: 'vary', names: varies }
    const markerOptions = { ttl: VARY_TTL, staleWhileRevalidate: false, staleIfError: false } as const
    if (asOf !== undefined) await cache.set(keyOf(request, varies, policy), entry, { ...windows, tags, asOf })
    if (names.length === 0) {
      context.setTtl(markerOptions)
      context.addTags(tags)
      return marker
    }
    context.skip()
    if (varies.length === 0) return entry
    if (asOf !== undefined) await cache.set(keyOf(request, [], policy), marker, { ...markerOptions, tags, asOf })
    return marker
  }

  #objectionTo({ method, headers: requestHeaders }: OutgoingRequest, answer: Answer): ReturnType<typeof objectionTo> {
    return objectionTo({ method, requestHeaders, ...answer }, this.#parts.policy)
  }

  /** Next time nobody has to wait for somebody else's answer to find that it is not for him. */
  #remember(href: string): void {
    if (this.#unshared.size >= MAX_UNSHARED) this.#unshared.clear()
    this.#unshared.add(href)
  }
}

/** One load: for whom, and under which key. */
interface LoadPlan {
  readonly request: OutgoingRequest
  readonly key: CacheKey
  readonly names: readonly string[]
  readonly tags: readonly string[]
  readonly own: OwnLoad
}

interface Loaded {
  readonly answer: Answer
  readonly tags: readonly string[]
  readonly asOf: ReturnType<HttpCache['position']>
  /** What the answer replaces. */
  readonly held: StoredResponse | undefined
}
