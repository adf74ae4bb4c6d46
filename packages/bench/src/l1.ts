/** Warm reads and writes in memory, beside the peers. Every peer: memory only, a ttl of an hour, values by reference where it can. */
import { cachified } from '@epic-web/cachified'
import { createCache as createHotpath, type LoadContext, memory } from '@hotpath/core'
import { createCache as createDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { createCache as createManager } from 'cache-manager'
import { Cacheable } from 'cacheable'
import { Loader } from 'layered-loader'
import { LRUCache } from 'lru-cache'
import pMemoize from 'p-memoize'
import { type Contestant, keyOf, measure, type Measurement, zipfKeys } from './harness.ts'

const KEYS = 10_000
const HOUR_MS = 3_600_000

interface Value {
  readonly id: number
  readonly name: string
  readonly tags: readonly string[]
  readonly text: string
}

const values = new Map<string, Value>(
  Array.from({ length: KEYS }, (_, id) => [
    keyOf(id),
    { id, name: `name ${id}`, tags: ['a', 'b'], text: 'x'.repeat(100) },
  ]),
)
const load = (key: string): Value => values.get(key) as Value
/** List keys, made beforehand. */
const PAIRS = new Map([...values.keys()].map((key, id) => [key, ['city', id] as const]))
const TRIPLES = new Map([...values.keys()].map((key, id) => [key, ['user', id, 'posts'] as const]))

/** An asynchronous operation on each key, one after the other. */
function each(name: string, operation: (key: string) => unknown): Contestant {
  return {
    name,
    run: async (keys) => {
      let seen: unknown
      for (const key of keys) seen = await operation(key)
      return seen
    },
  }
}

function eachSync(name: string, operation: (key: string) => unknown): Contestant {
  return {
    name,
    run: (keys) => {
      let seen: unknown
      for (const key of keys) seen = operation(key)
      return seen
    },
  }
}

function hotpath(): Contestant[] {
  const make = () => createHotpath({ name: 'bench', tiers: [memory({ maxEntries: 2 * KEYS })], ttl: HOUR_MS })
  const [plain, tagged1, tagged5, pairs, triples] = [make(), make(), make(), make(), make()]
  const five = { tags: ['a', 'b', 'c', 'd', 'e'] }
  const one = { tags: ['a'] }
  // Made once, so that the bytes are the library's and not those of a closure per call.
  const fromKey = ({ key }: LoadContext): Value => load(key as string)
  const fromParts = ({ key }: LoadContext): Value => load(keyOf(Number(key[1])))
  return [
    each('hotpath getOrSet, 0 tags', (key) => plain.getOrSet(key, fromKey)),
    each('hotpath getOrSet, 1 tag', (key) => tagged1.getOrSet(key, fromKey, one)),
    each('hotpath getOrSet, 5 tags', (key) => tagged5.getOrSet(key, fromKey, five)),
    each("hotpath getOrSet, ['city', 42]", (key) => pairs.getOrSet(PAIRS.get(key) ?? [], fromParts)),
    each("hotpath getOrSet, ['user', 42, 'posts']", (key) => triples.getOrSet(TRIPLES.get(key) ?? [], fromParts)),
    each('hotpath get', (key) => plain.get(key)),
    eachSync('hotpath peek', (key) => plain.peek(key)),
    each('hotpath set', (key) => plain.set(key, load(key))),
  ]
}

function floors(): Contestant[] {
  const lru = new LRUCache<string, Value>({ max: 2 * KEYS })
  for (const [key, value] of values) lru.set(key, value)
  const read = async (key: string): Promise<Value | undefined> => values.get(key)
  const byPair = new Map([...PAIRS].map(([key, [kind, id]]) => [`${kind}:${id}`, load(key)]))
  const byTriple = new Map([...TRIPLES].map(([key, [kind, id, list]]) => [`${kind}:${id}:${list}`, load(key)]))
  // What a list key costs at least: the list is looked up, as it is for the caches, and a string made of it by hand.
  const readPair = async (key: string): Promise<Value | undefined> => {
    const [kind, id] = PAIRS.get(key) ?? ['', 0]
    return byPair.get(`${kind}:${id}`)
  }
  const readTriple = async (key: string): Promise<Value | undefined> => {
    const [kind, id, list] = TRIPLES.get(key) ?? ['', 0, '']
    return byTriple.get(`${kind}:${id}:${list}`)
  }
  return [
    each('floor: async map.get', read),
    each('floor: async map.get, made of two parts', readPair),
    each('floor: async map.get, made of three parts', readTriple),
    eachSync('floor: lru-cache get', (key) => lru.get(key)),
    eachSync('floor: lru-cache set', (key) => lru.set(key, load(key))),
  ]
}

function peers(): Contestant[] {
  const bento = new BentoCache({
    default: 'l1',
    stores: { l1: bentostore().useL1Layer(memoryDriver({ maxItems: 2 * KEYS, serialize: false })) },
  })
  const bentoTagged = bento.namespace('tagged')
  const dedupe = createDedupe({ ttl: 3_600, storage: { type: 'memory', options: { size: 2 * KEYS } } }).define(
    'read',
    async (key: string) => load(key),
  )
  const manager = createManager({ ttl: HOUR_MS })
  const cacheable = new Cacheable({ ttl: HOUR_MS })
  const layered = new Loader<Value>({
    inMemoryCache: { cacheType: 'lru-object', ttlInMsecs: HOUR_MS, maxItems: 2 * KEYS },
    dataSources: [
      { name: 'map', get: async (key: string) => load(key), getMany: async (keys: string[]) => keys.map(load) },
    ],
  })
  const memo = pMemoize(async (key: string) => load(key))
  const lru = new LRUCache<string, never>({ max: 2 * KEYS })
  return [
    each('bentocache getOrSet', (key) => bento.getOrSet({ key, ttl: HOUR_MS, factory: () => load(key) })),
    each('bentocache getOrSet, 5 tags', (key) =>
      bentoTagged.getOrSet({ key, ttl: HOUR_MS, tags: ['a', 'b', 'c', 'd', 'e'], factory: () => load(key) }),
    ),
    each('bentocache set', (key) => bento.set({ key, value: load(key), ttl: HOUR_MS })),
    each('cachified + lru-cache', (key) =>
      cachified({ key, cache: lru as never, ttl: HOUR_MS, getFreshValue: () => load(key) }),
    ),
    each('async-cache-dedupe', (key) => dedupe.read(key)),
    each('layered-loader', (key) => layered.get(key)),
    each('cache-manager wrap', (key) => manager.wrap(key, async () => load(key))),
    each('cache-manager set', (key) => manager.set(key, load(key))),
    each('cacheable getOrSet', (key) => cacheable.getOrSet(key, async () => load(key))),
    each('cacheable set', (key) => cacheable.set(key, load(key))),
    each('p-memoize', (key) => memo(key)),
  ]
}

/** Heap bytes of an entry beyond its key and value. */
async function bookkeeping(): Promise<number> {
  const count = 100_000
  const keys = Array.from({ length: count }, (_, id) => `entry:${id}`)
  const value = { shared: true }
  const table = new Set(keys)
  const cache = createHotpath({ name: 'bytes', tiers: [memory({ maxEntries: count })], ttl: HOUR_MS })
  await cache.getOrSet('first', () => value)
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  for (const key of keys) await cache.getOrSet(key, () => value)
  globalThis.gc?.()
  const after = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  await cache.close()
  return table.size === count ? (after - before) / count : Number.NaN
}

/** Runs the benchmark and prints its table. */
export async function l1(quick: boolean): Promise<void> {
  const bytesPerEntry = await bookkeeping()
  const keys = zipfKeys(KEYS, quick ? 20_000 : 100_000)
  const results = await measure([...floors(), ...hotpath(), ...peers()], keys, quick ? 5 : 11)
  const floor = results[0]?.ns ?? 1
  console.log('| operation | ns | min..max | × floor | bytes |\n| --- | --: | --: | --: | --: |')
  for (const { name, ns, minNs, maxNs, bytes } of results) {
    console.log(
      `| ${name} | ${ns.toFixed(0)} | ${minNs.toFixed(0)}..${maxNs.toFixed(0)} | ${(ns / floor).toFixed(2)} | ${bytes.toFixed(0)} |`,
    )
  }
  goals(results, bytesPerEntry)
}

function goals(results: readonly Measurement[], bytesPerEntry: number): void {
  const of = (name: string): Measurement => results.find((result) => result.name === name) as Measurement
  const [plain, tagged] = [of('hotpath getOrSet, 0 tags'), of('hotpath getOrSet, 5 tags')]
  const made = ['two', 'three'].map((parts) => of(`floor: async map.get, made of ${parts} parts`).ns)
  const [pair, triple] = [of("hotpath getOrSet, ['city', 42]"), of("hotpath getOrSet, ['user', 42, 'posts']")]
  const check = (what: string, value: number, goal: number): void =>
    console.log(`${value <= goal ? '✓' : '✗'} ${what}: ${value.toFixed(2)} (goal: at most ${goal})`)
  console.log('')
  check('warm getOrSet, × async map.get', plain.ns / of('floor: async map.get').ns, 1.8)
  check('warm getOrSet, bytes allocated', plain.bytes, 320)
  check('5 tags, × 0 tags', tagged.ns / plain.ns, 1.3)
  check("['city', 42], × async map.get of a string made of it", pair.ns / (made[0] ?? 0), 1.8)
  check("['user', 42, 'posts'], × async map.get of a string made of it", triple.ns / (made[1] ?? 0), 1.8)
  check('set, × async map.get', of('hotpath set').ns / of('floor: async map.get').ns, 8)
  check('set, bytes allocated', of('hotpath set').bytes, 1_200)
  check('peek, × lru-cache get', of('hotpath peek').ns / of('floor: lru-cache get').ns, 2)
  check('bookkeeping per entry, bytes', bytesPerEntry, 250)
}
