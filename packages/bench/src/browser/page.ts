/** What is measured in a page. Times are in milliseconds. */
import { type Cache, createBrowserCache } from '@hotpath/browser'
import { type PageStore, STORES } from './stores.ts'

const opened = new Map<string, PageStore>()

const storeOf = (name: string): PageStore => {
  const store = opened.get(name) ?? STORES[name]?.()
  if (store === undefined) throw new Error(`there is no ${name}`)
  opened.set(name, store)
  return store
}

const keyOf = (round: number, index: number): string => `value:${round}:${index}`

/** About 1 kB, and not all the same. */
const valueOf = (index: number): object => ({
  id: index,
  name: `value ${index}`,
  text: String.fromCharCode(97 + (index % 26)).repeat(950),
})

/** Opens a store, so that nobody pays for that later. */
export async function open(name: string): Promise<void> {
  await storeOf(name).writeAll([['opened', { a: 1 }]])
}

export async function write(name: string, round: number, count: number): Promise<number> {
  const entries = Array.from({ length: count }, (_, index) => [keyOf(round, index), valueOf(index)] as const)
  const start = performance.now()
  await storeOf(name).writeAll(entries)
  return performance.now() - start
}

/** After a reload, so that nothing of it is in memory. */
export async function read(name: string, round: number, count: number): Promise<number> {
  const keys = Array.from({ length: count }, (_, index) => keyOf(round, index))
  const start = performance.now()
  const values = await storeOf(name).readAll(keys)
  const tookMs = performance.now() - start
  assertFound(name, values)
  return tookMs
}

/** What is timed are hits: a miss is faster. */
function assertFound(name: string, values: readonly unknown[]): void {
  const missing = values.filter((value) => (value as { readonly text?: string } | undefined)?.text?.length !== 950)
  if (missing.length > 0) throw new Error(`${name} has lost ${missing.length} of ${values.length} values`)
}

/** From the call of `createBrowserCache` to the first value of the visit before. */
export async function firstRead(): Promise<number> {
  const start = performance.now()
  const cache = createBrowserCache({ name: 'first', ttl: '1h' })
  let isLoaded = false
  await cache.getOrSet('value', () => {
    isLoaded = true
    return valueOf(1)
  })
  const tookMs = performance.now() - start
  await new Promise((resolve) => void setTimeout(resolve, 100))
  return isLoaded ? -1 : tookMs
}

const shared = (): Cache => (agreeing ??= createBrowserCache({ name: 'agree', ttl: '1h' }))
let agreeing: Cache | undefined
/** Of all tabs alike. */
const sinceEpoch = (): number => performance.timeOrigin + performance.now()

/** Loads a value, and waits until another tab takes it out of the memory of this one. */
export async function hold(): Promise<void> {
  const cache = shared()
  await cache.getOrSet('value', () => valueOf(1), { tags: ['values'] })
  gone = new Promise((resolve) => {
    const stop = cache.on('invalidated', () => {
      if (cache.peek('value') !== undefined) return
      stop()
      resolve(sinceEpoch())
    })
  })
}

let gone: Promise<number> | undefined
/** When it was. */
export const goneAt = async (): Promise<number> => (await gone) ?? Number.NaN

/** Invalidates what other tabs hold; resolves to when it was called. */
export async function invalidate(): Promise<number> {
  const calledAt = sinceEpoch()
  await shared().invalidateTags(['values'])
  return calledAt
}

/** Milliseconds until a hundred values are there that a page shows first, read in one turn. */
export async function firstScreen(round: number): Promise<number> {
  const start = performance.now()
  const values = await storeOf('hotpath').readAll(Array.from({ length: 100 }, (_, index) => keyOf(round, index)))
  const tookMs = performance.now() - start
  assertFound('hotpath', values)
  return tookMs
}

/** What a visit begins with, and how long its first hundred reads take, one after another. */
export interface Visit {
  /** From the call of `createBrowserCache` until what was hot is in memory; without a warm start, until the cache is ready. */
  readonly readyMs: number
  readonly readsMs: number
}

/** A visit that begins with what was hot in the one before, or, without `localStorage`, with an empty memory. */
export async function visit(isWarm: boolean): Promise<Visit> {
  const start = performance.now()
  const cache = createBrowserCache({
    name: isWarm ? 'warm' : 'cold',
    ttl: '1h',
    ...(!isWarm && { localStorage: false }),
  })
  const keys = Array.from({ length: 100 }, (_, index) => keyOf(0, index))
  await cache.ready()
  const ahead = isWarm && localStorage.getItem('visited') !== null ? keys : []
  while (ahead.some((key) => cache.peek(key) === undefined)) await new Promise((resolve) => void setTimeout(resolve))
  const readyMs = performance.now() - start
  for (const [index, key] of keys.entries()) await cache.getOrSet(key, () => valueOf(index))
  const readsMs = performance.now() - start - readyMs
  await new Promise((resolve) => void setTimeout(resolve, 200))
  if (!isWarm) localStorage.setItem('visited', 'yes')
  return { readyMs, readsMs }
}

/** Nanoseconds of a hit in memory, and of a Map with a promise, in turns; the ratio is that of neighbours. */
export async function memoryHit(
  count: number,
): Promise<{ readonly hit: number; readonly map: number; readonly ratio: number }> {
  const cache = createBrowserCache({ name: 'hits', indexedDb: false, ttl: '1h' })
  const map = new Map<string, unknown>()
  const keys = Array.from({ length: 1_000 }, (_, index) => `item:${index}`)
  for (const key of keys) {
    map.set(key, key)
    await cache.set(key, key)
  }
  const load = (): string => {
    throw new Error('it is there')
  }
  let sum = 0
  const readers = {
    hit: async () => {
      for (let index = 0; index < count; index++)
        sum += (await cache.getOrSet<string>(keys[index % 1_000] as string, load)).length
    },
    map: async () => {
      for (let index = 0; index < count; index++)
        sum += ((await Promise.resolve(map.get(keys[index % 1_000] as string))) as string).length
    },
  }
  const times = { hit: [] as number[], map: [] as number[] }
  for (let round = 0; round < 20; round++) {
    for (const kind of ['hit', 'map'] as const) {
      const start = performance.now()
      await readers[kind]()
      const ns = ((performance.now() - start) * 1e6) / count
      // Those of before are not compiled yet, for which V8 needs a processor that may have other work.
      if (round >= 5) times[kind].push(ns)
    }
  }
  if (sum === 0) throw new Error('nothing was read')
  const ratio = median(times.hit.map((ns, round) => ns / (times.map[round] as number)))
  return { hit: median(times.hit), map: median(times.map), ratio }
}

/** The longest task on the main thread while something goes on; 0: none took 50 ms. */
export async function longestTask(what: 'read' | 'write', count: number): Promise<number> {
  let longest = 0
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration)
  })
  observer.observe({ type: 'longtask' })
  await (what === 'write' ? write('hotpath', 99, count) : readInParts(count))
  await new Promise((resolve) => void setTimeout(resolve, 300))
  observer.disconnect()
  return longest
}

/** The longest task since the page was loaded; 0: none took 50 ms. */
export async function longestOfStart(): Promise<number> {
  let longest = 0
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration)
  })
  observer.observe({ type: 'longtask', buffered: true })
  await new Promise((resolve) => void setTimeout(resolve, 500))
  observer.disconnect()
  return longest
}

/** As a page does that shows a hundred things at a time. */
async function readInParts(count: number): Promise<void> {
  const { readAll } = storeOf('hotpath')
  const values: unknown[] = []
  for (let from = 0; from < count; from += 100) {
    values.push(...(await readAll(Array.from({ length: 100 }, (_, index) => keyOf(99, from + index)))))
  }
  assertFound('hotpath', values)
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
