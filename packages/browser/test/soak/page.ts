/** A tab of a soak: reads and writes random keys until it is taken away, and checks each value that it reads. */
import { type Cache, createBrowserCache } from '@hotpath/browser'
import type { Token } from '@hotpath/contract'
import type { Floor } from './truth.ts'

const KEYS = Array.from({ length: 20 }, (_, index) => `key:${index}`)
/** Of the reads of one round, one in so many is followed by a write. */
const WRITE_EVERY = 8

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
  const found = await (cache as Cache).getMany(KEYS)
  return KEYS.filter((_, index) => found[index] === undefined)
}

/** Loads what is missing. */
export async function fill(): Promise<void> {
  for (const key of KEYS) await read(cache as Cache, key, undefined)
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

async function ask<Answer>(what: string, values: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(`/api/${what}?${new URLSearchParams({ ...values, tab }).toString()}`)
  return (await response.json()) as Answer
}

function pick<Item>(items: readonly Item[]): Item {
  return items[Math.floor(Math.random() * items.length)] as Item
}
