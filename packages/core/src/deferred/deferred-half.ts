/** The shared half of a cache whose lower tiers are on their way: it does nothing until they are there, and then what theirs does. */
import { type HotpathError, type Tier, TierError, compilePattern, isHotpathError, shortenKey } from '@hotpath/contract'
import { sharedHalfOf } from '../shared-half.ts'
import type { SharedBounds, SharedEngine, SharedHost, SharedOptions, SharedParts } from '../shared/shared.ts'
import type { OpenTier } from '../shared/tiers/lower-tiers.ts'
import type { CacheOptions } from '../options.ts'
import { LocalView } from '../view/local-view.ts'
import { DeferredView } from './deferred-view.ts'

/** A tier that is not there yet. */
export interface DeferredTier extends Tier {
  readonly load: (goOn: (cause?: Error) => void) => Promise<Tier>
}

/** What a cache works with until its tiers are there, and afterwards. */
export const deferredHalf: SharedEngine = {
  brand: '@hotpath/core/shared',
  version: 1,
  open: (host, options, bounds) => new DeferredParts(host, options, bounds),
}

class DeferredParts implements SharedParts {
  readonly view: DeferredView
  readonly memory: SharedParts['memory']
  readonly shortenKey = shortenKey
  readonly #host: SharedHost
  readonly #options: SharedOptions
  readonly #bounds: SharedBounds
  #parts: SharedParts | undefined
  #isAlone = false
  #isClosed = false

  constructor(host: SharedHost, options: SharedOptions, bounds: SharedBounds) {
    this.#host = host
    this.#options = options
    this.#bounds = bounds
    const [first] = host.tiers
    this.memory = first?.type === 'memory' ? first.store : undefined
    this.view = new DeferredView(host, bounds.timeoutMs, () => this.#fault(tooLate(bounds.timeoutMs)))
  }

  get lower(): SharedParts['lower'] {
    return this.#parts?.lower ?? []
  }

  get below(): SharedParts['below'] {
    return this.#parts?.below
  }

  get takeTurn(): SharedParts['takeTurn'] {
    return this.#parts?.takeTurn
  }

  get lease(): SharedParts['lease'] {
    return this.#parts?.lease
  }

  begin(): void {
    void this.#load()
  }

  store(...args: Parameters<SharedParts['store']>): ReturnType<SharedParts['store']> {
    return this.#parts?.store(...args)
  }

  changed(...args: Parameters<SharedParts['changed']>): void {
    this.#parts?.changed(...args)
  }

  async waitForEarly(...args: Parameters<SharedParts['waitForEarly']>): Promise<void> {
    await this.#parts?.waitForEarly(...args)
  }

  close(): void {
    this.#isClosed = true
    this.view.close()
    this.#parts?.close()
  }

  async release(): Promise<unknown> {
    return this.#parts?.release()
  }

  /** Never rejects. */
  async #load(): Promise<void> {
    const { tiers: given } = this.#options
    try {
      const goOn = (cause?: Error): void => this.#goOn(cause)
      const tiers = await Promise.all(given.map(async (tier) => (isDeferred(tier) ? tier.load(goOn) : tier)))
      if (this.#isClosed) return
      for (const [index, tier] of tiers.entries()) if (isDeferred(given[index] as Tier)) this.#open(tier, index)
      this.#begin({ ...this.#options, tiers })
    } catch (cause) {
      this.#goOn(cause, false)
    }
  }

  /** With memory alone, as long as the tier is not there, which is reported where it has a cause. One that was there is loaded again. */
  #goOn(cause: unknown, mayCome = true): void {
    if (this.#isClosed || (this.#isAlone && mayCome)) return
    if (cause !== undefined || !mayCome)
      this.#fault(isHotpathError(cause, 'ERR_STORAGE_QUOTA') ? cause : notThere(cause))
    // Keys are shortened here, whether the tier comes or not.
    if (!this.#isAlone) this.view.use(new LocalView(this.#host, compilePattern), mayCome)
    this.#isAlone = true
    const parts = this.#parts
    if (parts === undefined) return
    this.#parts = undefined
    parts.close()
    void parts.release()
    void this.#load()
  }

  #open(tier: Tier, index: number): void {
    const { contexts, tiers } = this.#host
    const opened = tiers[index] as OpenTier
    const context = contexts[index]
    if (context !== undefined) opened.store = tier.open(context)
  }

  #begin(options: SharedOptions): void {
    const half = sharedHalfOf(options as CacheOptions) as SharedEngine
    const parts = half.open(this.#host, options, this.#bounds)
    parts.begin()
    this.#parts = parts
    this.view.use(parts.view)
    if (!this.#isAlone) return
    this.#isAlone = false
    // Nothing of what memory holds can be judged any more.
    void this.memory?.clear()
    this.#host.events.emit({ type: 'reset' })
  }

  #fault(error: HotpathError): void {
    this.#host.fault(error, this.#options.tiers.findIndex(isDeferred))
  }
}

function isDeferred(tier: Tier): tier is DeferredTier {
  return tier.shared === deferredHalf
}

function tooLate(limitMs: number): TierError {
  return new TierError(
    'ERR_TIER_TIMEOUT',
    `The code of a tier was not loaded within ${limitMs} ms. Until it is there, nothing is kept and nobody waits for it.`,
    { context: { operation: 'load' } },
  )
}

function notThere(cause: unknown): TierError {
  return new TierError(
    'ERR_TIER_FAILED',
    'A tier could not be loaded, so the cache goes on with memory alone, and knows of no invalidation but its own. Where it is only late, that ends once it is there; otherwise load the page again.',
    { cause, context: { operation: 'load' } },
  )
}
