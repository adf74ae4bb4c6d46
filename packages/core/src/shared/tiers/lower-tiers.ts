/**
 * The tiers below memory. Invariant: no fault of a tier reaches a reader. A failing or slow tier is a miss and an
 * event; one that keeps failing is not asked for a while.
 */
import {
  type Clock,
  type Entry,
  type HotpathError,
  type Mark,
  type MaybePromise,
  type PurgeOptions,
  type TierStore,
  isHotpathError,
} from '@hotpath/contract'
import { type Deadline, Deadlines } from '@hotpath/contract/deadlines'
import { Breaker } from './breaker.ts'
import { isPromise } from '../../time/chain.ts'
import { partsOf } from '../parts-of.ts'
import type { TierOperation, TierOutcome } from '../../watch/events.ts'
import { type PendingEntry, ReadBatch } from './read-batch.ts'
import { tierFailed, tierTooSlow } from './tier-faults.ts'
import { type Removal, WriteBatch } from './write-batch.ts'

/** Entries of one operation on many, so that its timeout is for a bounded amount of work. */
const MAX_ENTRIES = /* bound: entries */ 10_000
/** A purge that looks at no entry for so long is given up. */
const PURGE_IDLE_MS = 30_000

/** A tier opened for a cache. */
export interface OpenTier {
  readonly type: string
  readonly index: number
  /** Another one once the code of a tier that was deferred is there. */
  store: TierStore
}

/** What guarding tiers needs. */
export interface TierHost {
  readonly clock: Clock
  readonly timeoutMs: number
  elapsed(): number
  fault(error: HotpathError, tier: OpenTier): void
  /** The tier works again. */
  recovered(tier: OpenTier): void
  /** An operation begins; `undefined` when nobody wants to know how it ends. */
  measure(tier: OpenTier, operation: TierOperation, count: number): ((outcome: TierOutcome) => void) | undefined
}

export class GuardedTier {
  readonly tier: OpenTier
  readonly #host: TierHost
  readonly #deadlines: Deadlines
  readonly #reads: ReadBatch
  readonly #writes: WriteBatch
  readonly #breaker = new Breaker()
  /** End the purges under way. */
  readonly #endings = new Set<() => void>()

  constructor(tier: OpenTier, host: TierHost) {
    this.tier = tier
    this.#host = host
    this.#deadlines = new Deadlines(host.clock, host.timeoutMs)
    this.#reads = new ReadBatch(host.clock, (keys) => this.#read(keys), tier.store)
    this.#writes = new WriteBatch(host.clock, (entries, removals) => this.#write(entries, removals))
  }

  /** Whether the last operation failed. */
  get isFailing(): boolean {
    return this.#breaker.isFailing
  }

  /**
   * Runs one operation, after all writes that were called for; `undefined` when the tier failed, was too slow or is not
   * asked now.
   *
   * @param count - How many entries or keys it is for.
   */
  run<Result>(
    operation: TierOperation,
    call: (store: TierStore) => MaybePromise<Result>,
    count = 1,
  ): Promise<Result | undefined> {
    this.#writes.flush()
    return this.#run(operation, call, count)
  }

  #run<Result>(
    operation: TierOperation,
    call: (store: TierStore) => MaybePromise<Result>,
    count = 1,
  ): Promise<Result | undefined> {
    if (!this.#breaker.allows(this.#host.elapsed())) return Promise.resolve(undefined)
    const measured = this.#host.measure(this.tier, operation, count)
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
        measured?.(isHotpathError(cause, 'ERR_TIER_TIMEOUT') ? 'timeout' : 'failure')
        this.#breaker.failed(this.#host.elapsed())
        this.#host.fault(tierFailed(this.tier.type, operation, cause), this.tier)
        resolve(undefined)
      }
      const succeed = (result: Result): void => {
        if (!end()) return
        measured?.('success')
        if (this.#breaker.isFailing) this.#host.recovered(this.tier)
        this.#breaker.succeeded()
        resolve(result)
      }
      try {
        const answer = call(this.tier.store)
        if (!isPromise(answer)) return succeed(answer)
        deadline = this.#deadlines.begin((isLate) => {
          if (isLate) fail(tierTooSlow(this.tier.type, operation, this.#host.timeoutMs))
          else if (end()) resolve(undefined)
        })
        answer.then(succeed, fail)
      } catch (cause) {
        fail(cause)
      }
    })
  }

  /** Reads an entry, together with what else is read now. */
  get(key: string): PendingEntry {
    if (!this.tier.store.sync) return this.#reads.get(key)
    return { answers: this.run('get', (store) => store.get(key)).then((entry) => [entry]), index: 0 }
  }

  /** Reads many, in parts; what cannot be read is `undefined`. */
  async getMany(keys: readonly string[]): Promise<readonly (Entry | undefined)[]> {
    const found: (Entry | undefined)[] = []
    for (const part of partsOf(keys, MAX_ENTRIES)) {
      const entries = await this.#inOrder(part).#run('get', (store) => store.getMany(part), part.length)
      for (let index = 0; index < part.length; index++) found.push(entries?.[index])
    }
    return found
  }

  /** Stores, in parts where there are many. */
  setMany(entries: readonly (readonly [key: string, entry: Entry])[]): Promise<void> {
    return this.tier.store.sync ? this.#write(entries, []) : this.#writes.set(entries)
  }

  /** Removes, in parts where there are many. */
  delete(keys: readonly string[], below?: Mark): Promise<void> {
    return this.tier.store.sync ? this.#write([], [[keys, below]]) : this.#writes.delete(keys, below)
  }

  async #write(
    entries: readonly (readonly [key: string, entry: Entry])[],
    removals: readonly Removal[],
  ): Promise<void> {
    // All of different keys, so none has to wait for another.
    const deleted = Promise.all(
      removals.map(([keys, below]) => this.#inParts('delete', keys, (store, part) => store.delete(part, below))),
    )
    if (entries.length > 0) await this.#inParts('set', entries, (store, part) => store.setMany(part))
    await deleted
  }

  async #inParts<Item>(
    operation: 'set' | 'delete',
    items: readonly Item[],
    call: (store: TierStore, part: readonly Item[]) => MaybePromise<void>,
  ): Promise<void> {
    for (const part of partsOf(items, MAX_ENTRIES))
      await this.#run(operation, (store) => call(store, part), part.length)
  }

  /** Removes what is dead, and answers how many; 0 when the tier fails. It may take long, as long as it goes on. */
  async purge({ isDead }: PurgeOptions): Promise<number> {
    let hasMoved = false
    let cancel = (): void => {}
    let end = (): void => {}
    const stuck = new Promise<undefined>((resolve, reject) => {
      const watch = (): void => {
        cancel = this.#host.clock.after(PURGE_IDLE_MS, () => {
          if (!hasMoved) return reject(new Error('no entry was looked at for 30 s'))
          hasMoved = false
          watch()
        })
      }
      watch()
      end = () => resolve(undefined)
      this.#endings.add(end)
    })
    const judged: PurgeOptions['isDead'] = (key, entry) => {
      hasMoved = true
      return isDead(key, entry)
    }
    try {
      return (await Promise.race([this.tier.store.purge({ isDead: judged }), stuck])) ?? 0
    } catch (cause) {
      if (!isHotpathError(cause, 'ERR_CACHE_CLOSED'))
        this.#host.fault(tierFailed(this.tier.type, 'purge', cause), this.tier)
      return 0
    } finally {
      cancel()
      this.#endings.delete(end)
    }
  }

  async #read(keys: readonly string[]): Promise<readonly (Entry | undefined)[] | undefined> {
    const [key] = keys
    // What many share had better be the plain read where there is only one.
    this.#inOrder(keys)
    if (keys.length === 1 && key !== undefined) return [await this.#run('get', (store) => store.get(key))]
    return this.#run('get', (store) => store.getMany(keys), keys.length)
  }

  /** What is written under these keys goes out before they are read. */
  #inOrder(keys: readonly string[]): this {
    if (this.#writes.concerns(keys)) this.#writes.flush()
    return this
  }

  /** Ends what is under way: whoever waits gets a miss. */
  close(): void {
    this.#deadlines.close()
    for (const end of this.#endings) end()
  }
}
