/**
 * Leases behind a timeout and a breaker, as the tiers are: a server that hangs holds up no load for longer, and one that
 * keeps failing is not asked for a while.
 */
import { type Clock, type Lease, type LeaseGrant, type LeaseOptions, TierError } from '@hotpath/contract'
import { Deadlines } from '@hotpath/contract/deadlines'
import { Breaker } from '../tiers/breaker.ts'

/** What guarding leases needs. */
export interface LeaseHost {
  readonly clock: Clock
  readonly timeoutMs: number
  elapsed(): number
  /** Whether the tier of the leases has just failed: to ask it would be to wait once more. */
  isAway(): boolean
  fault(error: TierError): void
  /** Leases are granted again. */
  recovered(): void
}

/** What asking for a lease came to; `unavailable`: nobody can tell, so everybody loads for himself. */
export type Asked =
  | { readonly type: 'granted'; readonly grant: LeaseGrant }
  | { readonly type: 'taken' | 'unavailable' }

export class GuardedLease {
  readonly #lease: Lease
  readonly #host: LeaseHost
  readonly #breaker = new Breaker()
  readonly #deadlines: Deadlines
  /** Keys whose lease this process has. */
  readonly #held = new Set<string>()

  constructor(lease: Lease, host: LeaseHost) {
    this.#lease = lease
    this.#host = host
    this.#deadlines = new Deadlines(host.clock, host.timeoutMs)
  }

  /** Whether this process itself has the lease of a key. */
  holds(key: string): boolean {
    return this.#held.has(key)
  }

  /** Never rejects. */
  async acquire(key: string, options: Pick<LeaseOptions, 'ttlMs' | 'isFenced'>): Promise<Asked> {
    if (this.#host.isAway() || !this.#breaker.allows(this.#host.elapsed())) return { type: 'unavailable' }
    const asking = this.#lease.acquire(key, options)
    try {
      const grant = await this.#deadlines.inTime(asking)
      if (this.#breaker.isFailing) this.#host.recovered()
      this.#breaker.succeeded()
      if (grant === undefined) return { type: 'taken' }
      this.#held.add(key)
      return { type: 'granted', grant }
    } catch (cause) {
      // Granted to nobody any more.
      asking.then((grant) => grant?.release()).catch(() => {})
      this.#breaker.failed(this.#host.elapsed())
      this.#host.fault(unleased(cause))
      return { type: 'unavailable' }
    }
  }

  /** Resolves when the key may be free again; to `false` when that cannot be told. Never rejects. */
  released(key: string, options: Parameters<Lease['released']>[1]): Promise<boolean> {
    return this.#lease.released(key, options).then(
      () => true,
      (cause: unknown) => {
        this.#host.fault(unleased(cause))
        return false
      },
    )
  }

  /** Asks for more time; `undefined`: nobody can tell. Never rejects. */
  async renew(grant: LeaseGrant): Promise<boolean | undefined> {
    try {
      return await this.#deadlines.inTime(grant.renew())
    } catch (cause) {
      this.#host.fault(unleased(cause))
      return undefined
    }
  }

  /** Gives one back, now or by letting it run out. Never rejects. */
  async release(key: string, grant: LeaseGrant): Promise<void> {
    this.#held.delete(key)
    await this.#deadlines.inTime(grant.release()).catch((cause: unknown) => this.#host.fault(unleased(cause)))
  }

  async close(): Promise<void> {
    this.#deadlines.close()
    await this.#lease.close()
  }
}

function unleased(cause: unknown): TierError {
  return new TierError(
    'ERR_TIER_FAILED',
    'The lease of a key could not be acquired, so several processes may load it at once. Check the tier that brings leases.',
    { cause, context: { operation: 'lease' } },
  )
}
