/**
 * A cache for Drizzle's own port (https://orm.drizzle.team/docs/cache): results in Redis under the digest that Drizzle makes of a
 * query, and a set of them for each table, whose results go when Drizzle writes into it.
 */
import { is, getTableName, Table } from 'drizzle-orm'
import { Cache, type MutationOption } from 'drizzle-orm/cache/core'
import type { Redis } from 'ioredis'

const TTL_SECONDS = 180

export class DrizzleRedisCache extends Cache {
  hits = 0
  readonly #redis: Redis

  constructor(redis: Redis) {
    super()
    this.#redis = redis
  }

  override strategy(): 'all' {
    return 'all'
  }

  override async get(key: string): Promise<unknown[] | undefined> {
    const stored = await this.#redis.get(resultKey(key))
    if (stored === null) return undefined
    this.hits++
    return JSON.parse(stored) as unknown[]
  }

  override async put(key: string, response: unknown, tables: string[]): Promise<void> {
    const pipeline = this.#redis.pipeline().set(resultKey(key), JSON.stringify(response), 'EX', TTL_SECONDS)
    for (const table of tables) pipeline.sadd(tableKey(table), resultKey(key))
    await pipeline.exec()
  }

  override async onMutate({ tables = [] }: MutationOption): Promise<void> {
    for (const table of [tables].flat() as (string | Table)[]) {
      const name = tableKey(is(table, Table) ? getTableName(table) : table)
      const results = await this.#redis.smembers(name)
      if (results.length > 0)
        await this.#redis
          .pipeline()
          .del(...results)
          .srem(name, ...results)
          .exec()
    }
  }
}

function resultKey(key: string): string {
  return `drizzle:result:${key}`
}

function tableKey(table: string): string {
  return `drizzle:table:${table}`
}
