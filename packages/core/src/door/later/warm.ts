import {
  type CacheKey,
  ConfigError,
  FRESHNESS_OPTIONS,
  type FreshnessOptions,
  type OptionTable,
  type Token,
  checkOptions,
  countOption,
  functionOption,
  signalOption,
} from '@hotpath/contract'
import type { Cache, WarmOptions, WarmReport } from '../../cache.ts'
import { closedError } from '../../flights/flight.ts'
import type { Loader } from '../../read/loader.ts'
import type { SetEntry } from '../../options.ts'

const MAX_ERRORS = 10

const WARM_OPTIONS: OptionTable<Exclude<keyof WarmOptions, keyof FreshnessOptions>> = {
  load: functionOption,
  tags: true,
  concurrency: countOption,
  onProgress: functionOption,
  signal: signalOption,
}

/** @throws ConfigError for options that `warm` does not have. */
export function checkWarmOptions(options: WarmOptions): void {
  checkOptions(options, 'warm', WARM_OPTIONS, FRESHNESS_OPTIONS)
}

/** What is warmed. */
export interface WarmTarget {
  readonly cache: Cache
  /** When the warming began: the source may have read its values any time since. */
  readonly asOf: Token
  readonly isClosed: () => boolean
  /** Whether a tier has something usable under a key. */
  readonly isWarm: (key: CacheKey) => Promise<boolean>
}

/** Fills a cache from a source, a few at a time. A failing load does not stop the others. */
export async function warm(
  { cache, asOf, isClosed, isWarm }: WarmTarget,
  source: Iterable<CacheKey | SetEntry> | AsyncIterable<CacheKey | SetEntry>,
  { load, concurrency = 8, onProgress, signal, tags, ...freshness }: WarmOptions,
): Promise<WarmReport> {
  const errors: unknown[] = []
  let warmed = 0
  let failed = 0
  const one = async (item: CacheKey | SetEntry): Promise<boolean> => {
    if (item === null || (typeof item === 'object' && 'key' in item)) {
      await cache.setMany([item], { asOf, tags, ...freshness })
      return isWarm(item.key)
    }
    await cache.getOrSet(item, loaderOf(load), { signal, tags, ...freshness })
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
      begin(item)
      if (running.size >= concurrency) await Promise.race(running)
      if (broken !== undefined) break
      if (isClosed()) throw closedError()
    }
  } finally {
    await Promise.all(running)
  }
  signal?.throwIfAborted()
  if (broken !== undefined) throw broken.error
  return { warmed, failed, errors }
}

function loaderOf(load: Loader<unknown> | undefined): Loader<unknown> {
  if (load !== undefined) return load
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    '`warm` got a key but no `load`. Pass `{ load: ({ key }) => … }`, or entries `{ key, value }`.',
  )
}
