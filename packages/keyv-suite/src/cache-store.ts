/** A store of keyv over a cache. keyv itself turns values into strings and judges their age. */
import { EventEmitter } from 'node:events'
import type { Cache } from '@hotpath/core'
import type { KeyvStoreAdapter, StoredData } from 'keyv'

export class CacheStore extends EventEmitter implements KeyvStoreAdapter {
  /** keyv's tests write to it. */
  readonly opts = {}
  /** Set by keyv. */
  namespace: string | undefined
  readonly #cache: Cache

  constructor(cache: Cache) {
    super()
    this.#cache = cache
  }

  get #keys(): Cache {
    return this.namespace === undefined ? this.#cache : this.#cache.namespace(this.namespace)
  }

  async get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    return this.#keys.get<StoredData<Value>>(key)
  }

  async getMany<Value>(keys: string[]): Promise<StoredData<Value | undefined>[]> {
    return this.#keys.getMany<StoredData<Value>>(keys)
  }

  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    await this.#keys.set(key, value, { ttl })
    return true
  }

  async has(key: string): Promise<boolean> {
    return this.#keys.has(key)
  }

  async delete(key: string): Promise<boolean> {
    const isThere = await this.has(key)
    await this.#keys.delete(key)
    return isThere
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    const areThere = await Promise.all(keys.map((key) => this.delete(key)))
    return areThere.includes(true)
  }

  async clear(): Promise<void> {
    await this.#keys.clear()
  }
}
