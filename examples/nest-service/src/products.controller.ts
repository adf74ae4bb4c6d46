import { Body, Controller, Get, NotFoundException, Param, ParseIntPipe, Put, Query } from '@nestjs/common'
import { type Product } from './database.ts'
import { ProductsService } from './products.service.ts'
import { RatesService } from './rates.service.ts'

/** A product with its price in another currency. */
export interface Offer extends Product {
  readonly price: number
}

@Controller('products')
export class ProductsController {
  readonly #products: ProductsService
  readonly #rates: RatesService

  constructor(products: ProductsService, rates: RatesService) {
    this.#products = products
    this.#rates = rates
  }

  @Get()
  async list(@Query('category') category: string): Promise<Product[]> {
    return this.#products.listCategory(category)
  }

  @Get(':id')
  async find(@Param('id', ParseIntPipe) id: number, @Query('currency') currency = 'EUR'): Promise<Offer> {
    const [product, rate] = await Promise.all([this.#products.find(id), this.#rates.rateOf(currency)])
    if (product === null) throw new NotFoundException(`There is no product ${id}.`)
    return { ...product, price: (product.cents * rate) / 100 }
  }

  @Put(':id/price')
  async setPrice(@Param('id', ParseIntPipe) id: number, @Body('cents', ParseIntPipe) cents: number): Promise<Product> {
    const product = await this.#products.setPrice(id, cents)
    if (product === null) throw new NotFoundException(`There is no product ${id}.`)
    return product
  }
}
