/**
 * Keys and tags of a soak. The log keeps positions in a table of cells, and an entry whose two cells were both raised
 * by others is a miss. So the entries that have to be there have keys with a cell of their own.
 */
import { type CacheKey, encodeKey } from '@hotpath/contract'
import { cellsOf } from '@hotpath/core/log'

/** Read and invalidated at random. */
export const KEYS: readonly string[] = Array.from({ length: 12 }, (_, n) => `key${n}`)
export const TAGS = 6
/** What fills up batches of writes. */
export const MAX_BATCH = 50_000
/** Invalidated all the time. */
export const STORM_TAGS = 500
/** Of each worker. */
const KEPT = 12
/** Enough that a dozen has a cell of its own. */
const CANDIDATES = 60

/** One of the keys that were invalidated at random. */
export function tagOf(key: string): string {
  return `tag${Number(/\d+$/.exec(key)?.[0]) % TAGS}`
}

export function fillerKey(n: number): CacheKey {
  return ['filler', n]
}

export function stormTag(n: number): string {
  return `storm${n}`
}

export function controlKey(worker: number): CacheKey {
  return ['control', worker]
}

/** Keys that this worker keeps entries under; `workers` is how many there are. */
export function keptKeys(worker: number, workers: number): readonly string[] {
  const uses = new Map<number, number>()
  const use = (kind: 'key' | 'tag', id: string): void => {
    for (const cell of cellsOf(kind, id)) uses.set(cell, (uses.get(cell) ?? 0) + 1)
  }
  for (const key of KEYS) use('key', key)
  for (let n = 0; n < TAGS; n++) use('tag', `tag${n}`)
  for (let n = 0; n < MAX_BATCH; n++) use('key', encodeKey(fillerKey(n)))
  for (let n = 0; n < STORM_TAGS; n++) use('tag', stormTag(n))
  const candidates = Array.from({ length: workers }, (_, owner) => {
    use('key', encodeKey(controlKey(owner)))
    return Array.from({ length: CANDIDATES }, (_, n) => encodeKey([`kept${owner}`, n]))
  })
  for (const id of candidates.flat()) use('key', id)
  const hasOwnCell = (id: string): boolean => cellsOf('key', id).some((cell) => uses.get(cell) === 1)
  return (candidates[worker] ?? []).filter(hasOwnCell).slice(0, KEPT)
}
