/** Fills a cache ahead of use. Loaded when it is called for, so it imports nothing but types. */
import type { CacheKey, Mark, Token, toToken } from '@hotpath/contract'
import type { Cache } from '../../cache/cache.ts'
import type { WarmOptions, WarmReport } from '../../cache/warm.ts'
import type { SetEntry } from '../../options.ts'
import type { Loader } from '../../read/loader.ts'

const MAX_ERRORS = 10

/** What is warmed. */
export interface WarmTarget {
  readonly cache: Cache
  /** When the warming began: the source may have read its values any time since; `undefined` without a view of the log. */
  readonly asOf: Token | undefined
  /** @throws ClosedError once the cache is closed. */
  readonly assertOpen: () => void
  /** The error for a key without a loader. */
  readonly noLoader: () => Error
  readonly toToken: typeof toToken
}

/** Older than everything. */
const NOWHERE: Mark = { epoch: '-', position: 0 }

/** Fills a cache from a source, a few at a time. A failing load does not stop the others. */
export async function warm<Value>(
  { cache, asOf: begun, assertOpen, noLoader, toToken }: WarmTarget,
  source: Iterable<CacheKey | SetEntry> | AsyncIterable<CacheKey | SetEntry>,
  { load, concurrency = 8, onProgress, signal, tags, ...freshness }: WarmOptions<Value>,
): Promise<WarmReport> {
  const asOf = begun ?? toToken(NOWHERE)
  const errors: unknown[] = []
  /** Whether a tier has something usable under a key. */
  const isWarm = async (key: CacheKey): Promise<boolean> =>
    cache.peek(key, { stale: true }) !== undefined || /^fresh|^stale/.test((await cache.inspect(key)).state)
  let warmed = 0
  let failed = 0
  const one = async (item: CacheKey | SetEntry): Promise<boolean> => {
    if (isEntry(item)) {
      await cache.setMany([item], { asOf, tags, ...freshness })
      return isWarm(item.key)
    }
    await cache.getOrSet(item, load as Loader<Value | undefined>, { signal, tags, ...freshness })
    return isWarm(item)
  }
  let broken: { readonly error: unknown } | undefined
  const running = new Set<Promise<void>>()
  const begin = (item: CacheKey | SetEntry): void => {
    const task = one(item)
      .then(
        (isStored) => void (isStored && warmed++),
        (error: unknown) => {
          failed++
          if (errors.length < MAX_ERRORS) errors.push(error)
        },
      )
      // The last to run before the next item: what a listener throws ends the warming, not the process.
      .then(() => onProgress?.({ warmed, failed, errors: [...errors] }))
      .catch((error: unknown) => void (broken ??= { error }))
      .finally(() => running.delete(task))
    running.add(task)
  }
  try {
    for await (const item of source) {
      signal?.throwIfAborted()
      // A mistake of the program, and the same for every key: not one of the failures that are counted.
      if (load === undefined && !isEntry(item)) throw noLoader()
      begin(item)
      if (running.size >= concurrency) await Promise.race(running)
      if (broken !== undefined) break
      assertOpen()
    }
  } finally {
    await Promise.all(running)
  }
  signal?.throwIfAborted()
  if (broken !== undefined) throw broken.error
  return { warmed, failed, errors }
}

/** `null` too: what is wrong with it is said where entries are written. */
function isEntry(item: CacheKey | SetEntry): item is SetEntry {
  return item === null || (typeof item === 'object' && 'key' in item)
}
