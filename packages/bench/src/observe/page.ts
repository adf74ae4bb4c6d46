/** What a page does with many observed keys, by Hotpath and by TanStack Query. */
import { QueryClient, QueryObserver } from '@tanstack/query-core'
import { createCache, memory } from '@hotpath/core'
import { observe } from '@hotpath/observe'

const KEYS = 1_000

/** One library. */
interface Library {
  /** Puts a key on screen; the function that it returns takes it away. */
  show(id: number, listener: () => void): () => void
  /** Says that all keys are wrong. */
  invalidate(): void
  /** Stores a value under one. */
  store(id: number, value: number): void
}

const cache = createCache({ name: 'bench', tiers: [memory({ maxEntries: 100_000 })], ttl: '1h' })
const load = async (): Promise<number> => 1
const options = { tags: ['many'] } as const

const client = new QueryClient()
const query = { queryFn: load, staleTime: 3_600_000, gcTime: 3_600_000 } as const

const libraries: Readonly<Record<string, Library>> = {
  hotpath: {
    show: (id, listener) => observe(cache, ['many', id], load, options).subscribe(listener),
    invalidate: () => void cache.invalidateTags(['many']),
    store: (id, value) => void cache.set(['many', id], value, options),
  },
  'query-core': {
    show: (id, listener) => new QueryObserver(client, { ...query, queryKey: ['many', id] }).subscribe(listener),
    invalidate: () => void client.invalidateQueries({ queryKey: ['many'] }),
    store: (id, value) => void client.setQueryData(['many', id], value),
  },
}

function libraryOf(name: string): Library {
  const library = libraries[name]
  if (library === undefined) throw new Error(`There is no library \`${name}\`.`)
  return library
}

/** Lets everything that is on its way come to its end. */
async function rest(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => void setTimeout(resolve, 0))
}

/** Loads a thousand keys, so that they are there. */
export async function prepare(name: string): Promise<void> {
  const library = libraryOf(name)
  const stops = Array.from({ length: KEYS }, (_, id) => library.show(id, () => {}))
  await rest()
  for (const stop of stops) stop()
  await rest()
}

/** Microseconds to show a key that is there and to take it away again. */
export async function subscribeUs(name: string): Promise<number> {
  const library = libraryOf(name)
  const rounds = 5
  let ms = 0
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now()
    for (let id = 0; id < KEYS; id++) library.show(id, () => {})()
    await Promise.resolve()
    ms += performance.now() - startedAt
    await rest()
  }
  return (ms / rounds / KEYS) * 1_000
}

/** Milliseconds of a thousand observed keys that are all invalidated: until each is known to be wrong, and until each is loaded. */
export async function invalidateMs(name: string): Promise<{ readonly pass: number; readonly loaded: number }> {
  const library = libraryOf(name)
  let calls = 0
  let passedAt = 0
  let loadedAt = 0
  const stops = Array.from({ length: KEYS }, (_, id) => {
    let own = 0
    return library.show(id, () => {
      calls++
      own++
      if (own === 1) passedAt = performance.now()
      loadedAt = performance.now()
    })
  })
  await rest()
  calls = 0
  const startedAt = performance.now()
  library.invalidate()
  await rest(10)
  for (const stop of stops) stop()
  await rest()
  if (calls < KEYS) throw new Error(`Only ${calls} observers of \`${name}\` were called.`)
  return { pass: passedAt - startedAt, loaded: loadedAt - startedAt }
}

/** How many of ten thousand observers are called when one key changes, and how many microseconds that takes. */
export async function oneOfMany(name: string): Promise<{ readonly calls: number; readonly us: number }> {
  const library = libraryOf(name)
  let calls = 0
  const stops = Array.from({ length: 10 * KEYS }, (_, id) => library.show(id, () => void calls++))
  await rest(20)
  calls = 0
  const times: number[] = []
  for (let id = 0; id < 200; id++) {
    const startedAt = performance.now()
    library.store(id, -id - 1)
    await Promise.resolve()
    const calledAt = performance.now()
    await rest(1)
    times.push(calledAt - startedAt)
  }
  for (const stop of stops) stop()
  await rest()
  return { calls, us: (times.toSorted((a, b) => a - b)[100] ?? 0) * 1_000 }
}

/** Bytes of the page after ten thousand keys were shown and taken away. */
export async function bytesAfterMounts(name: string): Promise<number> {
  const library = libraryOf(name)
  for (let id = 0; id < 10 * KEYS; id++) library.show(id % KEYS, () => {})()
  await rest(20)
  const measuring = performance as { measureUserAgentSpecificMemory?(): Promise<{ readonly bytes: number }> }
  return (await measuring.measureUserAgentSpecificMemory?.())?.bytes ?? Number.NaN
}
