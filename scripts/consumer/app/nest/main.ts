import 'reflect-metadata'
import { strict as assert } from 'node:assert'
import { Inject, Injectable, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { type Cache, createCache, memory } from '@hotpath/core'
import { Cacheable } from '@hotpath/decorators'
import { createHttpClient, type HttpClient } from '@hotpath/request/http'

const USERS = Symbol('users')
const PRICES = Symbol('prices')
const API = Symbol('api')

@Injectable()
class Shop {
  queries = 0

  constructor(
    @Inject(USERS) readonly users: Cache,
    @Inject(PRICES) readonly prices: Cache,
    @Inject(API) readonly api: HttpClient,
  ) {}

  @Cacheable({ cache: ({ users }: Shop) => users, key: (id) => ['user', id] })
  async user(id: number): Promise<string> {
    return `user ${id}, query ${++this.queries}`
  }

  @Cacheable({ cache: ({ prices }: Shop) => prices, key: (id) => ['price', id], tags: ([id]) => [`product:${id}`] })
  async price(id: number): Promise<number> {
    return id * 10 + ++this.queries
  }
}

const cacheOf = (name: string) => () => createCache({ name, tiers: [memory({ maxEntries: 100 })], ttl: '5m' })

@Module({
  providers: [
    Shop,
    { provide: USERS, useFactory: cacheOf('users') },
    { provide: PRICES, useFactory: cacheOf('prices') },
    { provide: API, useFactory: () => createHttpClient({ baseUrl: 'http://127.0.0.1:9', timeout: '1s' }) },
  ],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'], abortOnError: false })
  const shop = app.get(Shop)
  assert.equal(await shop.user(1), 'user 1, query 1')
  assert.equal(await shop.user(1), 'user 1, query 1')
  assert.equal(await shop.price(1), 12)
  await shop.prices.invalidateTags(['product:1'])
  assert.equal(await shop.price(1), 13)
  assert.equal(await shop.users.get<string>(['user', 1]), 'user 1, query 1')
  await Promise.all([shop.users.close(), shop.prices.close(), shop.api.close()])
  await app.close()
}

void main()
