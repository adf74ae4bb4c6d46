import { Inject, Injectable } from '@nestjs/common'
import type { Cache } from '@hotpath/core'
import { Cacheable, CircuitBreaker, Retry, Timeout } from '@hotpath/decorators'
import { currentCall } from '@hotpath/request'
import { CACHE } from './cache.module.ts'

/** What asks for an exchange rate; a remote service in real life. */
export type FetchRate = (currency: string, signal: AbortSignal) => Promise<number>

/** What it is asked for by. */
export const FETCH_RATE: unique symbol = Symbol('fetch rate')

/** Exchange rates from a service that fails now and then. */
@Injectable()
export class RatesService {
  private readonly cache: Cache
  readonly #fetchRate: FetchRate

  constructor(@Inject(CACHE) cache: Cache, @Inject(FETCH_RATE) fetchRate: FetchRate) {
    this.cache = cache
    this.#fetchRate = fetchRate
  }

  /** Read from the top: what is cached is asked for within two seconds in all, at most three times, if the service is well. */
  @Cacheable({ cache: (self) => self.cache, ttl: '10m', staleIfError: '1d' })
  @Timeout('2s')
  @Retry({ attempts: 3, delay: '10ms' })
  @CircuitBreaker()
  async rateOf(currency: string): Promise<number> {
    return this.#fetchRate(currency, currentCall().signal)
  }
}
