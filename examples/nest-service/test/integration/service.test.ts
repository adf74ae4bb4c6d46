// oxlint-disable-next-line import/no-unassigned-import -- it extends `Reflect`, and has to come first
import 'reflect-metadata'
import type { AddressInfo } from 'node:net'
import { type Cache, createCache, memory } from '@hotpath/core'
import type { INestApplication } from '@nestjs/common'
import { Test } from '@nestjs/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppModule } from '../../src/app.module.ts'
import { CACHE } from '../../src/cache.module.ts'
import { Database } from '../../src/database.ts'
import { ProductsService } from '../../src/products.service.ts'
import { FETCH_RATE, RatesService } from '../../src/rates.service.ts'
import { visit } from '../../src/visit.ts'

let app: INestApplication
let cache: Cache
let asked: string[]

beforeEach(async () => {
  cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 100 })] })
  asked = []
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(CACHE)
    .useValue(cache)
    .overrideProvider(FETCH_RATE)
    .useValue(async (currency: string, signal: AbortSignal) => {
      asked.push(`${currency} ${signal.aborted}`)
      if (asked.length === 1) throw new Error('busy')
      return 2
    })
    .compile()
  app = module.createNestApplication({ logger: false })
  await app.listen(0, '127.0.0.1')
})
afterEach(() => app.close())

const url = (): string => `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`

test('visitors share what was loaded once, and a write outdates what depends on it', async () => {
  const lines: string[] = []
  expect(
    await visit({ url: url(), database: app.get(Database), visitors: 10, print: (line) => lines.push(line) }),
  ).toBe(true)
  expect(lines[1]).toContain('0 queries')
  expect(lines.at(-1)).toContain('the lamp costs 1999 cents, and 1999 in its list')
})

test('the decorators use the cache that was injected, whichever it is', async () => {
  const products = app.get(ProductsService)
  await products.listCategory('home')
  expect(await cache.inspect(['ProductsService', 'listCategory', 'home'])).toMatchObject({
    state: 'fresh',
    tags: ['category:home', 'product:1', 'product:2'],
  })
  await products.setPrice(9, 1)
  expect(await cache.has(['ProductsService', 'listCategory', 'home'])).toBe(true)
  await products.setPrice(2, 1)
  expect(await cache.has(['ProductsService', 'listCategory', 'home'])).toBe(false)
})

test('a product that is not there is remembered as such, and answered with 404', async () => {
  const database = app.get(Database)
  const answers = await Promise.all([1, 2, 3].map(async () => (await fetch(`${url()}/products/9`)).status))
  expect(answers).toEqual([404, 404, 404])
  const before = database.queries
  expect((await fetch(`${url()}/products/9`)).status).toBe(404)
  expect(database.queries).toBe(before)
  expect(await cache.get(['product', 9])).toBeNull()
})

test('a service that fails is asked again, and then no more', async () => {
  const rates = app.get(RatesService)
  expect(await Promise.all([rates.rateOf('USD'), rates.rateOf('USD')])).toEqual([2, 2])
  expect(await rates.rateOf('USD')).toBe(2)
  expect(asked).toEqual(['USD false', 'USD false'])
})
