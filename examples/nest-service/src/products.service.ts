import { Inject, Injectable } from '@nestjs/common'
import type { Cache } from '@hotpath/core'
import { Batch, CacheEvict, Cacheable } from '@hotpath/decorators'
import { CACHE } from './cache.module.ts'
import { Database, type Product } from './database.ts'

/** Reads and writes products. What is cached, and what a write outdates, stands on the methods. */
@Injectable()
export class ProductsService {
  private readonly cache: Cache
  readonly #database: Database

  constructor(@Inject(CACHE) cache: Cache, database: Database) {
    this.cache = cache
    this.#database = database
  }

  /** Those who ask in one turn of the event loop share one query for what the cache does not have. */
  @Batch({
    cache: (self) => self.cache,
    key: (id) => ['product', id],
    tags: (id) => [`product:${id}`],
  })
  async findMany(ids: readonly number[]): Promise<(Product | null)[]> {
    return this.#database.byId(ids)
  }

  async find(id: number): Promise<Product | null> {
    const [product = null] = await this.findMany([id])
    return product
  }

  @Cacheable({
    cache: (self) => self.cache,
    ttl: '1m',
    staleWhileRevalidate: '10m',
    tags: ([category], products) => [`category:${category}`, ...products.map(({ id }) => `product:${id}`)],
  })
  async listCategory(category: string): Promise<Product[]> {
    return this.#database.byCategory(category)
  }

  /** Outdates the product and every list that it is in, when the write has succeeded. */
  @CacheEvict({
    cache: (self) => self.cache,
    tags: ([id]) => [`product:${id}`],
    unless: (_args, product) => product === null,
  })
  async setPrice(id: number, cents: number): Promise<Product | null> {
    return this.#database.setPrice(id, cents)
  }
}
