import { kindOf, FRESHNESS_OPTIONS, wrongOption } from '@hotpath/contract'
import type { ManyAnswers } from './answers.ts'
import { BATCH_OPTIONS, type BatchOptions, batchPlanOf } from './options.ts'
import { type BatchStore, createBatcher } from './batcher.ts'
import { CACHED_BATCH_OPTIONS, CachedBatch, type CachedBatchOptions } from './cached-batch.ts'
import { ambientCall, Call, type CurrentCall } from '../call/call.ts'
import { handOn } from '../share/loading-cache.ts'
import { nameOf } from '../checks/policy-options.ts'
import { assertFunction } from '../call/function.ts'
import { type CallOptions, checkCallOptions } from '../call/wrapped.ts'

/** Loads many keys with one call. The context has the signal and the attempt, as `currentCall()` does. */
export type LoadMany<Key, Answers> = (keys: Key[], context: CurrentCall) => Answers | Promise<Answers>

/** Loads values by key, many with one call. */
export interface Batch<Key, Value> {
  /** Loads a value. A `signal` detaches this caller; a batch that nobody waits for any more is aborted. */
  load(key: Key, options?: CallOptions): Promise<Value>
  /** Loads many, in the order of the keys. An Error stands where a key failed; it rejects only when its caller leaves. */
  loadMany(keys: Iterable<Key>, options?: CallOptions): Promise<(Value | Error)[]>
  /**
   * Keeps a value that came from elsewhere: for later loads, and for who waits for a key that was not sent yet; what was
   * sent is answered by whom it was sent to. An Error is kept as the failure of its key. Needs `maxEntries` or `cache`.
   */
  prime(key: Key, value: Value | Error): Promise<void>
  /**
   * Forgets a value, or all: a later load asks anew, even when one is under way. With a cache it is removed there; without
   * a key the whole cache is cleared, so give the batch a namespace of its own.
   */
  clear(...key: [] | [Key]): Promise<void>
}

/**
 * Loads by key, many at a time: keys that are asked for in one turn of the event loop (or a `window`) go out together,
 * each once, the most urgent first.
 *
 * `loadMany` answers with a list in the order of the keys, or with a Map. An Error in it is one key's failure. When it
 * fails as a whole, the batch is divided until the keys that make it fail are alone.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { batch } from '@hotpath/request'
 *
 * const users = batch(async (ids: readonly number[]) => {
 *   console.log(`select … where id in (${ids.join(', ')})`) // select … where id in (1, 2, 3)
 *   return ids.map((id) => ({ id, name: `user ${id}` }))
 * })
 * const [one, two, three] = await Promise.all([users.load(1), users.load(2), users.load(3), users.load(1)])
 * console.log(one.name, two.name, three.name) // user 1 user 2 user 3
 * ```
 */
export function batch<Key, Value>(
  loadMany: LoadMany<Key, readonly (Value | Error)[]>,
  options?: BatchOptions<Key> | CachedBatchOptions<Key, NoInfer<Value>>,
): Batch<Key, Value>
/** With a Map, keys that are not in it are `undefined`. */
export function batch<Key, Value>(
  loadMany: LoadMany<Key, ReadonlyMap<Key, Value | Error>>,
  options?: BatchOptions<Key> | CachedBatchOptions<Key, NoInfer<Value>>,
): Batch<Key, Value | undefined>
// Last, as the compiler reports an error against the last one: it fits every loader, so the error is of what is wrong.
/** With now a list and now a Map, values may be `undefined`. */
export function batch<Key, Value>(
  loadMany: LoadMany<Key, ManyAnswers<Key, Value>>,
  options?: BatchOptions<Key> | CachedBatchOptions<Key, NoInfer<Value>>,
): Batch<Key, Value | undefined>
export function batch<Key, Value>(
  loadMany: LoadMany<Key, ManyAnswers<Key, Value>>,
  options: BatchOptions<Key> | CachedBatchOptions<Key, Value> = {},
): Batch<Key, Value | undefined> {
  assertFunction(loadMany, 'loadMany', 'batch((ids) => selectByIds(ids))')
  const name = nameOf(options ?? {}, loadMany)
  const plan = isCached(options)
    ? batchPlanOf(options, name, [CACHED_BATCH_OPTIONS, FRESHNESS_OPTIONS, BATCH_OPTIONS])
    : batchPlanOf(options, name)
  const batcher = createBatcher<Key>(plan, loadMany)
  const store: BatchStore<Key> = isCached(options) ? new CachedBatch(batcher, options, name) : batcher
  const keeps = store !== batcher || plan.maxEntries > 0

  return {
    load(key, options) {
      const around = ambientCall()
      if (options === undefined) return store.load(key, around) as Promise<Value>
      try {
        const call = callOf(options, around, 'load')
        const answer = store.load(key, call)
        return (call === around ? answer : answer.finally(() => call?.end())) as Promise<Value>
      } catch (error) {
        return Promise.reject(error)
      }
    },
    async loadMany(keys, options = {}) {
      if (typeof keys === 'string' || typeof Object(keys)[Symbol.iterator] !== 'function') throw noList(keys)
      const around = ambientCall()
      const call = callOf(options, around, 'loadMany')
      // Read to its end before anything is loaded: it may throw, and nobody would wait for what was begun.
      const settled = await Promise.allSettled([...keys].map((key) => store.load(key, call)))
      if (call !== around) call?.end()
      if (call?.aborted === true) throw call.reason
      return settled.map((one) => (one.status === 'fulfilled' ? (one.value as Value) : asError(one.reason)))
    },
    prime: (key, value) =>
      handOn(() => {
        if (!keeps) throw keepsNothing()
        return store.prime(key, value)
      }),
    // By their number: a key that turns out to be `undefined` must not clear all.
    clear: (...given) => handOn(() => (given.length === 0 ? store.clearAll() : store.clear(given[0]))),
  }
}

function isCached<Key, Value>(
  options: BatchOptions<Key> | CachedBatchOptions<Key, Value>,
): options is CachedBatchOptions<Key, Value> {
  return (options as { readonly cache?: unknown } | null)?.cache !== undefined
}

/** The call of a caller: the one around it, or one of its own, which is then to be ended. */
function callOf(options: CallOptions, around: Call | undefined, method: string): Call | undefined {
  checkCallOptions(options, method)
  const { signal, priority } = options
  if (signal === undefined && priority === undefined) return around
  return new Call(around, { signal, priority })
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(`A key failed with ${kindOf(reason)}.`, { cause: reason })
}

function noList(keys: unknown): Error {
  return wrongOption('keys', 'a list of keys', keys, "Use for example `['user:1', 'user:2']`.")
}

function keepsNothing(): Error {
  return wrongOption('maxEntries', 'at least 1 for `prime`', 0, 'Give the batch `maxEntries` or a `cache`.')
}
