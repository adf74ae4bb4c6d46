import { Injectable } from '@nestjs/common'

/** A product as it is stored. */
export interface Product {
  readonly id: number
  readonly name: string
  readonly category: string
  readonly cents: number
}

/** Stands for a database: it is asked, takes its time, and counts how often. */
@Injectable()
export class Database {
  queries = 0
  readonly #rows = new Map<number, Product>([
    [1, { id: 1, name: 'Lamp', category: 'home', cents: 2_500 }],
    [2, { id: 2, name: 'Chair', category: 'home', cents: 8_000 }],
    [3, { id: 3, name: 'Spade', category: 'garden', cents: 1_900 }],
  ])

  async byId(ids: readonly number[]): Promise<(Product | null)[]> {
    this.queries++
    return ids.map((id) => this.#rows.get(id) ?? null)
  }

  async byCategory(category: string): Promise<Product[]> {
    this.queries++
    return [...this.#rows.values()].filter((product) => product.category === category)
  }

  async setPrice(id: number, cents: number): Promise<Product | null> {
    this.queries++
    const before = this.#rows.get(id)
    if (before === undefined) return null
    const after = { ...before, cents }
    this.#rows.set(id, after)
    return after
  }
}
