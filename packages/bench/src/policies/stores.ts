/** What is compared: policies by themselves, and a plain Map, which evicts nothing. */
import type { lru } from '@hotpath/core/lru'
import { tinyLfu } from '@hotpath/core/tiny-lfu'
import { createRandom } from '@hotpath/testkit'
import { LRUCache } from 'lru-cache'

type Policy = ReturnType<ReturnType<typeof lru>>
export type Entry = Parameters<Policy['set']>[1]

export interface Store {
  get(key: string): Entry | undefined
  set(key: string, entry: Entry): void
}

/** What each entry is said to take. */
const ENTRY_BYTES = 100

export const LRU = 'lru-cache'
export const OURS = 'tinyLfu()'
export const MAP = 'a plain Map, unbounded'

export const STORES: Readonly<Record<string, (maxEntries: number) => Store>> = {
  [LRU]: (max) => {
    const store = new LRUCache<string, Entry>({ max, maxSize: Number.MAX_SAFE_INTEGER })
    return {
      get: (key) => store.get(key),
      set: (key, entry) => void store.set(key, entry, { size: ENTRY_BYTES }),
    }
  },
  [OURS]: (maxEntries) => {
    const policy: Policy = tinyLfu()({ maxEntries, maxBytes: Number.MAX_SAFE_INTEGER, random: createRandom(1) })
    const ignore = (): void => {}
    return {
      get: (key) => policy.get(key),
      set: (key, entry) => policy.set(key, entry, ENTRY_BYTES, ignore),
    }
  },
  [MAP]: () => {
    const store = new Map<string, Entry>()
    return { get: (key) => store.get(key), set: (key, entry) => void store.set(key, entry) }
  },
}
