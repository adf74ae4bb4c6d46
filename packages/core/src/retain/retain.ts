import { type ByteSize, type CacheKey, type OptionTable, SPECULATIVE, checkOptions, toBytes } from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import { engineOf, keyOf } from '../door/engine-of.ts'
import { assertList } from '../door/input.ts'
import { closedError } from '../flights/flight.ts'
import { frontOf, memoryStoreOf } from '../memory/policy-front.ts'
import { Retained } from './retained.ts'

/** Options of `trim`. */
export interface TrimOptions {
  /** How many bytes may be left. */
  readonly toBytes: ByteSize
  /** Keys that stay, beside those that are retained. Default: none. */
  readonly keep?: readonly CacheKey[] | undefined
}

const TRIM_OPTIONS: OptionTable<keyof TrimOptions> = { toBytes: true, keep: true }

/**
 * Keeps what is stored under a key in memory, now and later, until the function that it returns is called: it is neither
 * evicted nor trimmed, and counts within the bounds of memory. It expires and is invalidated as ever. At most half of
 * `maxEntries` and of `maxBytes` and 10,000 keys are retained; beyond that the oldest is released. Without a memory tier
 * there is nothing to retain.
 *
 * @throws KeyError, ClosedError, or ConfigError for what is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { retain } from '@hotpath/core/retain'
 *
 * const cache = createCache({ name: 'feed', tiers: [memory({ maxEntries: 100 })] })
 * const release = retain(cache, ['post', 1]) // it is on screen
 * await cache.set(['post', 1], 'hello')
 *
 * for (let id = 2; id < 1_000; id++) await cache.set(['post', id], 'next')
 * console.log(cache.peek(['post', 1])) // hello
 * release()
 * await cache.close()
 * ```
 */
export function retain(cache: Cache, key: CacheKey): () => void {
  const { memory, contexts } = engineOf(cache)
  const encoded = keyOf(cache, key)
  const store = memoryStoreOf(memory)
  if (store === undefined) return () => {}
  return frontOf(store, Retained).retain(encoded, (evicted) => contexts[0]?.evicted(evicted, 'max-bytes'))
}

/**
 * Frees memory now: evicts until at most so many bytes are left, as the policy would, and what was stored ahead of use
 * (`speculative`) first. What is retained stays. It concerns the whole cache, whichever namespace it is called with.
 *
 * @returns How many entries went; each is an `evict` event with the reason `trim`.
 * @throws ConfigError for a wrong option or what is no cache; KeyError; ClosedError.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { trim } from '@hotpath/core/retain'
 *
 * const cache = createCache({ name: 'feed', tiers: [memory({ maxBytes: '64mb' })] })
 * for (let id = 0; id < 100; id++) await cache.set(['post', id], 'text')
 *
 * console.log(trim(cache, { toBytes: 0, keep: [['post', 42]] })) // 99
 * console.log(cache.peek(['post', 42])) // text
 * await cache.close()
 * ```
 */
export function trim(cache: Cache, options: TrimOptions): number {
  const { memory, contexts, closed } = engineOf(cache)
  checkOptions(options, 'trim', TRIM_OPTIONS)
  const { toBytes: limit, keep = [] } = options
  const bytes = toBytes(limit, 'toBytes')
  assertList(keep)
  if (closed) throw closedError()
  const kept = new Set(keep.map((key) => keyOf(cache, key)))
  const store = memoryStoreOf(memory)
  if (store === undefined) return 0
  const { policy, speculative } = store
  const gone: string[] = []
  for (const key of speculative) {
    if (policy.bytes <= bytes) break
    const isUnused = policy.peek(key)?.judgedAt === SPECULATIVE
    if (isUnused && !kept.has(key) && policy.delete(key)) gone.push(key)
  }
  policy.shrink(
    bytes,
    (key) => kept.has(key),
    (key) => void gone.push(key),
  )
  for (const key of gone) contexts[0]?.evicted(key, 'trim')
  return gone.length
}
