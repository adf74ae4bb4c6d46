/**
 * Appends what a server has invalidated to the log of the browser, in order, and keeps the token of what was appended.
 *
 * Invariant: the token is kept after the append, so what a crash leaves out is delivered again.
 */
import { type Invalidation, isHotpathError, type Token } from '@hotpath/contract'
import type { InvalidationScope } from '@hotpath/core'
import type { ServerMessage } from './server-message.ts'
import type { TokenStore } from './token-store.ts'

/** As much of a cache as is used. */
export interface FollowingCache {
  /** Name of the cache. */
  readonly name: string
  /** See `Cache`. */
  invalidate(
    scopes: Iterable<InvalidationScope>,
    options?: {
      readonly soft?: boolean | undefined
      readonly for?: number | undefined
      readonly queue?: boolean | undefined
    },
  ): Promise<Token>
}

/** What the appender needs and reports. */
export interface AppenderOptions {
  readonly cache: FollowingCache
  readonly tokens: TokenStore
  /** Records up to a token were missed: invalidates all that is not known to hold. */
  readonly gap: (resumesAt: Token) => Promise<unknown>
  /** The log did not take it: it has to be delivered again. */
  readonly failed: (cause: unknown) => void
}

/** Messages that may wait; more of them count as missed. */
const MAX_WAITING = 10_000

/** Appends one batch after another; what comes meanwhile is the next. */
export class Appender {
  readonly #options: AppenderOptions
  #waiting: Invalidation[] = []
  /** Where those that wait begin, when records before them were missed. */
  #resumesAt: Token | undefined
  #token: Token | undefined
  #isRunning = false

  constructor(options: AppenderOptions) {
    this.#options = options
  }

  /** Takes in a message. */
  take(message: ServerMessage): void {
    this.#token = message.token
    if (message.type === 'gap' || this.#waiting.length >= MAX_WAITING) {
      this.#waiting = []
      this.#resumesAt = message.token
    } else if (message.type === 'invalidated') this.#waiting.push(message)
    if (!this.#isRunning) void this.#run()
  }

  /** Forgets what waits: it will be delivered again, or was taken. */
  reset(): void {
    this.#waiting = []
    this.#resumesAt = undefined
    this.#token = undefined
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    const { cache, tokens, gap, failed } = this.#options
    try {
      while (this.#token !== undefined) {
        const waiting = await this.#noted()
        if (waiting.resumesAt !== undefined) await gap(waiting.resumesAt)
        for (const batch of batchesOf(waiting.invalidations)) await append(cache, batch)
        // Not waited for, as it waits for others that are written with it, and what came meanwhile is to be appended at once.
        void tokens.write(waiting.token)
      }
    } catch (error) {
      this.reset()
      failed(error)
    } finally {
      this.#isRunning = false
    }
  }

  /**
   * Takes what waits, once all tabs know how far it goes: what a server rendered before it is not stored any more, by no tab,
   * whatever happens in between. What comes while that is written goes along, as an append costs far more, for all tabs.
   */
  async #noted(): Promise<Waiting> {
    let waiting = this.#take()
    if (waiting.invalidations.length === 0 && waiting.resumesAt === undefined) return waiting
    await this.#options.tokens.willAppend(() => {
      if (this.#token !== undefined) waiting = joined(waiting, this.#take())
      return waiting.token
    })
    return waiting
  }

  #take(): Waiting {
    const waiting = { invalidations: this.#waiting, resumesAt: this.#resumesAt, token: this.#token as Token }
    this.reset()
    return waiting
  }
}

/** What is appended next. */
interface Waiting {
  readonly invalidations: readonly Invalidation[]
  /** Records before it were missed. */
  readonly resumesAt: Token | undefined
  /** Of the last message. */
  readonly token: Token
}

/** A gap is a gap of all, as what waited before it was dropped. */
function joined(first: Waiting, { invalidations, resumesAt = first.resumesAt, token }: Waiting): Waiting {
  return { invalidations: [...first.invalidations, ...invalidations], resumesAt, token }
}

interface AppendBatch {
  readonly scopes: InvalidationScope[]
  readonly options: { readonly soft: boolean; readonly for?: number; readonly queue: false }
}

/** What this browser refuses to name, as an empty key, cannot be delivered any better again: it is read as the most that it can mean. */
async function append(cache: FollowingCache, { scopes, options }: AppendBatch): Promise<void> {
  try {
    await cache.invalidate(scopes, options)
  } catch (error) {
    if (!isHotpathError(error) || !/^ERR_(KEY|TAG|PATTERN|CONFIG)_/.test(error.code)) throw error
    await cache.invalidate(['all'], { queue: false })
  }
}

/** Neighbours of one strength are appended together. */
function batchesOf(invalidations: readonly Invalidation[]): AppendBatch[] {
  const batches: AppendBatch[] = []
  for (const { scope, strength, forMs } of invalidations) {
    const last = batches.at(-1)
    const isSoft = strength === 'soft'
    if (last?.options.soft === isSoft && last.options.for === forMs) last.scopes.push(named(scope))
    else
      batches.push({
        scopes: [named(scope)],
        options: { soft: isSoft, queue: false, ...(forMs !== undefined && { for: forMs }) },
      })
  }
  return batches
}

function named(scope: Invalidation['scope']): InvalidationScope {
  switch (scope.type) {
    case 'all':
      return 'all'
    case 'key':
      return { key: scope.key }
    case 'tag':
      return { tags: [scope.tag] }
    case 'prefix':
      return { prefix: scope.prefix }
    case 'pattern':
      return { pattern: scope.pattern }
  }
}
