import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common'
import { type Cache, createCache, memory } from '@hotpath/core'

/** What the cache is asked for by. */
export const CACHE: unique symbol = Symbol('cache')

/** One cache for the whole service; tests put another one in its place with `overrideProvider(CACHE)`. */
@Global()
@Module({
  providers: [
    {
      provide: CACHE,
      useFactory: (): Cache => createCache({ name: 'products', tiers: [memory({ maxEntries: 10_000 })], ttl: '5m' }),
    },
  ],
  exports: [CACHE],
})
export class CacheModule implements OnApplicationShutdown {
  readonly #cache: Cache

  constructor(@Inject(CACHE) cache: Cache) {
    this.#cache = cache
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#cache.close()
  }
}
