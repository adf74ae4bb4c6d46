/** Eviction policies by themselves: time of a hit and of a set that evicts, and memory per entry, beside lru-cache. */
import type { lru } from '@hotpath/core/lru'
import { tinyLfu } from '@hotpath/core/tiny-lfu'
import { createRandom } from '@hotpath/testkit'
import { LRUCache } from 'lru-cache'
import { type Contestant, keyOf, measure, zipfKeys } from './harness.ts'

type Policy = ReturnType<ReturnType<typeof lru>>
type Entry = Parameters<Policy['set']>[1]

const ENTRY_BYTES = 100
const ENTRY = { value: 1 } as Entry

interface Store {
  get(key: string): unknown
  set(key: string): void
}

const STORES: Readonly<Record<string, (maxEntries: number) => Store>> = {
  'lru-cache': (max) => {
    const store = new LRUCache<string, Entry>({ max, maxSize: Number.MAX_SAFE_INTEGER })
    return {
      get: (key) => store.get(key),
      set: (key) => void store.set(key, ENTRY, { size: ENTRY_BYTES }),
    }
  },
  'tinyLfu()': (maxEntries) =>
    storeOf(tinyLfu()({ maxEntries, maxBytes: Number.MAX_SAFE_INTEGER, random: createRandom(1) })),
  'a plain Map, unbounded': () => {
    const store = new Map<string, Entry>()
    return { get: (key) => store.get(key), set: (key) => void store.set(key, ENTRY) }
  },
}

function storeOf(policy: Policy): Store {
  const ignore = (): void => {}
  return {
    get: (key) => policy.get(key),
    set: (key) => policy.set(key, ENTRY, ENTRY_BYTES, ignore),
  }
}

export async function policies(quick: boolean): Promise<void> {
  for (const entries of quick ? [1_000, 100_000] : [1_000, 100_000, 1_000_000]) await compare(entries, quick ? 5 : 15)
}

async function compare(entries: number, rounds: number): Promise<void> {
  const draws = Math.min(Math.max(entries, 100_000), 300_000)
  const bytes = Object.values(STORES).map((make) => bytesPerEntry(make, entries))
  const hits = await measure(
    Object.entries(STORES).map(([name, make]) => reading(name, make, entries)),
    zipfKeys(entries, draws),
    rounds,
  )
  const fresh = Array.from({ length: draws }, (_, id) => keyOf(entries + id))
  const sets = await measure(
    Object.entries(STORES).map(([name, make]) => writing(name, make, entries)),
    fresh,
    rounds,
  )
  console.log(`${entries.toLocaleString('en')} entries\n`)
  console.log(
    '| | hit, ns | × lru-cache | set, ns | × lru-cache | bytes per entry |\n| --- | --: | --: | --: | --: | --: |',
  )
  for (const [index, { name, ns }] of hits.entries()) {
    const set = sets[index]?.ns ?? 0
    const ratios = [ns / (hits[0]?.ns ?? 0), set / (sets[0]?.ns ?? 0)].map((ratio) => ratio.toFixed(2))
    console.log(
      `| ${[name, ns.toFixed(0), ratios[0], set.toFixed(0), ratios[1], bytes[index]?.toFixed(0)].join(' | ')} |`,
    )
  }
  console.log()
}

function filled(make: (maxEntries: number) => Store, entries: number): Store {
  const store = make(entries)
  for (let id = 0; id < entries; id++) store.set(keyOf(id))
  return store
}

function reading(name: string, make: (maxEntries: number) => Store, entries: number): Contestant {
  const store = filled(make, entries)
  return {
    name,
    run(keys) {
      let found = 0
      for (const key of keys) if (store.get(key) !== undefined) found++
      return found
    },
  }
}

/** Each round begins with other keys in the store, so that each set evicts: the keys of two rounds take turns. */
function writing(name: string, make: (maxEntries: number) => Store, entries: number): Contestant {
  const store = filled(make, entries)
  let round = 0
  return {
    name,
    run(keys) {
      const prefix = round++ % 2 === 0 ? 'a' : 'b'
      for (const key of keys) store.set(prefix + key)
      return store
    },
  }
}

/** Keys and values left out: they are the same for all. Small ones are made many times over. */
function bytesPerEntry(make: (maxEntries: number) => Store, entries: number): number {
  const keys = Array.from({ length: entries }, (_, id) => keyOf(id))
  const stores: Store[] = []
  const before = memoryNow()
  while (stores.length * entries < 100_000) {
    const store = make(entries)
    for (const key of keys) store.set(key)
    stores.push(store)
  }
  const bytes = (memoryNow() - before) / (stores.length * entries)
  return stores.every((store) => store.get(keys[0] as string) !== undefined) ? bytes : Number.NaN
}

function memoryNow(): number {
  for (let run = 0; run < 2; run++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
