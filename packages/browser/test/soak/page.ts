/** A tab of a soak: reads and writes random keys until it is taken away, and checks each value that it reads. */
import { type Cache, createBrowserCache } from '@hotpath/browser'
import type { Token } from '@hotpath/contract'
import type { Floor } from './truth.ts'

const KEYS = Array.from({ length: 20 }, (_, index) => `key:${index}`)
/** What is set by the hundreds, so that the log has more to keep than it does. */
const SET = Array.from({ length: 1_000 }, (_, index) => `set:${index}`)
const SET_AT_ONCE = 500
/** Of the reads of one round, one in so many is followed by a write. */
const WRITE_EVERY = 8
/** Of the rounds, one in so many sets hundreds. */
const SET_EVERY = 200

const tab = crypto.randomUUID()
let cache: Cache | undefined
const ending = new AbortController()
let reads = 0

/** Begins to play; resolves at once. */
export function play(name: string): void {
  cache = createBrowserCache({ name, ttl: '1h', tierTimeout: '20s' })
  void rounds(cache)
}

/** Ends it after the round that is under way. */
export function pause(): void {
  ending.abort()
}

/** Reads every key, and resolves to those that were not found. */
export async function missing(): Promise<readonly string[]> {
  const keys = [...KEYS, ...SET]
  const found = await (cache as Cache).getMany(keys)
  return keys.filter((_, index) => found[index] === undefined)
}

/** Loads and sets what is missing. */
export async function fill(): Promise<void> {
  for (const key of KEYS) await read(cache as Cache, key, undefined)
  await setSome(cache as Cache, 0, SET.length)
}

async function rounds(cache: Cache): Promise<void> {
  while (!ending.signal.aborted) {
    try {
      const floors = await ask<Record<string, Floor>>('floors', { reads: String(reads) })
      reads = 0
      for (const key of KEYS) {
        await read(cache, key, floors[key])
        if (Math.random() * WRITE_EVERY * KEYS.length < 1) await write(cache, pick(KEYS))
      }
      if (Math.random() * SET_EVERY < 1) await setSome(cache, Math.floor(Math.random() * SET_AT_ONCE), SET_AT_ONCE)
    } catch {
      // A request that the page was left in the middle of.
    }
  }
}

async function read(cache: Cache, key: string, floor: Floor | undefined): Promise<void> {
  const hasToken = floor !== undefined && Math.random() < 0.3
  const after = hasToken ? { after: floor.token as Token } : {}
  const load = async (): Promise<number> => (await ask<{ version: number }>('load', { key })).version
  const version = await cache.getOrSet(key, load, { tags: [`tag of ${key}`], ...after })
  reads++
  const expected = (hasToken ? floor.last : floor?.version) ?? 0
  if (version >= expected) return
  await ask('stale', { what: `${key}: version ${version} in place of ${expected}${hasToken ? ' with its token' : ''}` })
}

async function write(cache: Cache, key: string): Promise<void> {
  const { version } = await ask<{ version: number }>('write', { key })
  const token = await (Math.random() < 0.5 ? cache.invalidateTags([`tag of ${key}`]) : cache.delete(key))
  await ask('acknowledged', { key, version: String(version), token })
}

/** Sets each by a call of its own. */
async function setSome(cache: Cache, from: number, count: number): Promise<void> {
  await Promise.all(SET.slice(from, from + count).map((key) => cache.set(key, key)))
}

async function ask<Answer>(what: string, values: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(`/api/${what}?${new URLSearchParams({ ...values, tab }).toString()}`)
  return (await response.json()) as Answer
}

function pick<Item>(items: readonly Item[]): Item {
  return items[Math.floor(Math.random() * items.length)] as Item
}
