import { Module } from '@nestjs/common'
import { CacheModule } from './cache.module.ts'
import { Database } from './database.ts'
import { ProductsController } from './products.controller.ts'
import { ProductsService } from './products.service.ts'
import { FETCH_RATE, type FetchRate, RatesService } from './rates.service.ts'

/** Fails for every other request, as remote services like to do. */
function flakyRates(): FetchRate {
  let asked = 0
  const rates = new Map([
    ['EUR', 1],
    ['USD', 1.1],
  ])
  return async (currency) => {
    if (++asked % 2 === 1) throw new Error('The rates are busy.')
    return rates.get(currency) ?? 1
  }
}

@Module({
  imports: [CacheModule],
  controllers: [ProductsController],
  providers: [Database, ProductsService, RatesService, { provide: FETCH_RATE, useFactory: flakyRates }],
})
export class AppModule {}
