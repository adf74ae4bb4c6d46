/**
 * The tiers below memory. Invariant: no fault of a tier reaches a reader. A failing or slow tier is a miss and an
 * event; one that keeps failing is not asked for a while.
 */
import {
  type Clock,
  type Entry,
  type HotpathError,
  type MaybePromise,
  TierError,
  type TierStore,
} from '@hotpath/contract'
import { Breaker } from './breaker.ts'
import { isPromise } from './chain.ts'
import { type Deadline, Deadlines } from './deadlines.ts'
import { ReadBatch } from './read-batch.ts'

/** A tier opened for a cache. */
export interface OpenTier {
  readonly type: string
  readonly index: number
  readonly store: TierStore
}

/** What guarding tiers needs. */
export interface TierHost {
  readonly clock: Clock
  readonly timeoutMs: number
  elapsed(): number
  fault(error: HotpathError, tier: OpenTier): void
  /** The tier works again. */
  recovered(tier: OpenTier): void
}

export class GuardedTier {
  readonly tier: OpenTier
  readonly #host: TierHost
  readonly #deadlines: Deadlines
  readonly #reads: ReadBatch
  readonly #breaker = new Breaker()

  constructor(tier: OpenTier, host: TierHost) {
    this.tier = tier
    this.#host = host
    this.#deadlines = new Deadlines(host.clock, host.timeoutMs)
    this.#reads = new ReadBatch(host.clock, (keys) => this.#read(keys), tier.store)
  }

  /** Whether the last operation failed. */
  get isFailing(): boolean {
    return this.#breaker.isFailing
  }

  /** Runs one operation; `undefined` when the tier failed, was too slow or is not asked now. */
  run<Result>(operation: string, call: (store: TierStore) => MaybePromise<Result>): Promise<Result | undefined> {
    if (!this.#breaker.allows(this.#host.elapsed())) return Promise.resolve(undefined)
    // One promise and no more: there may be thousands of reads at once.
    return new Promise((resolve) => {
      let deadline: Deadline | undefined
      let isOver = false
      const end = (): boolean => {
        const isFirst = !isOver
        isOver = true
        if (deadline !== undefined) this.#deadlines.end(deadline)
        return isFirst
      }
      const fail = (cause: unknown): void => {
        if (!end()) return
        this.#breaker.failed(this.#host.elapsed())
        this.#host.fault(cause instanceof TierError ? cause : this.#failed(operation, cause), this.tier)
        resolve(undefined)
      }
      const succeed = (result: Result): void => {
        if (!end()) return
        if (this.#breaker.isFailing) this.#host.recovered(this.tier)
        this.#breaker.succeeded()
        resolve(result)
      }
      try {
        const answer = call(this.tier.store)
        if (!isPromise(answer)) return succeed(answer)
        deadline = this.#deadlines.begin((isLate) => {
          if (isLate) fail(this.#slow(operation))
          else if (end()) resolve(undefined)
        })
        answer.then(succeed, fail)
      } catch (cause) {
        fail(cause)
      }
    })
  }

  /** Reads an entry; `use` makes of it what is wanted. */
  get<Result>(key: string, use: (entry: Entry | undefined) => Result | Promise<Result>): Promise<Result> {
    return this.tier.store.sync ? this.run('get', (store) => store.get(key)).then(use) : this.#reads.get(key, use)
  }

  async #read(keys: readonly string[]): Promise<readonly (Entry | undefined)[] | undefined> {
    const [key] = keys
    // What many share had better be the plain read where there is only one.
    if (keys.length === 1 && key !== undefined) return [await this.run('get', (store) => store.get(key))]
    return this.run('getMany', (store) => store.getMany(keys))
  }

  /** Ends what is under way: whoever waits gets a miss. */
  close(): void {
    this.#deadlines.close()
  }

  #failed(operation: string, cause: unknown): TierError {
    const message = `The \`${this.tier.type}\` tier failed to ${operation}. Reads go on without it.`
    return new TierError('ERR_TIER_FAILED', message, { cause, context: { tier: this.tier.type, operation } })
  }

  #slow(operation: string): TierError {
    const message = `The \`${this.tier.type}\` tier took over ${this.#host.timeoutMs} ms to ${operation}. Reads go on without it. Check that it can be reached; raise \`tierTimeout\` only if this is its usual pace.`
    return new TierError('ERR_TIER_TIMEOUT', message, { context: { tier: this.tier.type, operation } })
  }
}
