import {
  type CacheKey,
  DEFAULT_FRESHNESS,
  type FreshnessOptions,
  type KeyPart,
  meaningfulName,
  resolveFreshness,
  validateTags,
  type OptionTable,
  FRESHNESS_OPTIONS,
  wrongOption,
} from '@hotpath/contract'
import { ambientCall } from '../call/call.ts'
import { waitsForItself } from './flights.ts'
import { handOn, type LoadingCache } from './loading-cache.ts'
import { nameOf, type PolicyOptions } from '../checks/policy-options.ts'
import { isWithinLoad, LoadCall } from '../call/load-call.ts'
import { asWrapped, invoke } from '../call/wrapped.ts'
import type { AnyFunction } from '../call/function.ts'

/** Options of `memoize` with a cache: where it keeps results, and how long. */
export interface MemoizeInCacheOptions<Args extends readonly unknown[], Value>
  extends FreshnessOptions,
    Pick<PolicyOptions, 'name'> {
  /** A cache of `@hotpath/core`, or a namespace of one. */
  readonly cache: LoadingCache
  /** The key of a call. Default: the function's name and its arguments. */
  readonly key?: ((...args: Args) => CacheKey) | undefined
  /** Tags, or what makes them from the arguments and the value. */
  readonly tags?: readonly string[] | ((args: Args, value: Value) => readonly string[]) | undefined
}

const NAMED = { code: 'ERR_CONFIG_OPTION', subject: '`memoize`', kind: 'function', example: 'loadCity' } as const

const OWN_OPTIONS: OptionTable<'cache' | 'key' | 'tags' | 'name'> = { cache: true, key: true, tags: true, name: true }

/** What is known where a cache keeps the results. */
export const IN_CACHE_OPTIONS: readonly OptionTable[] = [OWN_OPTIONS, FRESHNESS_OPTIONS]

/** Results are kept in a cache, which shares loads with all who use it. */
export function memoizeInCache(options: MemoizeInCacheOptions<never, unknown>): (fn: AnyFunction) => unknown {
  const { cache, key, tags, name, ...freshness } = options
  if (typeof cache?.getOrSet !== 'function')
    throw wrongOption('cache', 'a cache', cache, 'Use `createCache()` of `@hotpath/core`.')
  // A wrong option should fail where it stands, not at the first call.
  resolveFreshness(DEFAULT_FRESHNESS, freshness)
  const tagsOf = typeof tags === 'function' ? (tags as AnyFunction) : undefined
  if (tags !== undefined && tagsOf === undefined) validateTags(tags as readonly string[], 'tags')
  const fixed = tagsOf === undefined ? { ...freshness, tags: tags as readonly string[] | undefined } : freshness
  return (fn) => {
    if (key === undefined && name === undefined) meaningfulName(fn.name, NAMED)
    const keyOf = (args: readonly unknown[]): CacheKey =>
      key === undefined
        ? [nameOf({ name }, fn), ...(args as readonly KeyPart[])]
        : (Reflect.apply(key, undefined, args) as CacheKey)
    const memoized = asWrapped(fn, async function memoized(...args) {
      const caller = ambientCall()
      const options = caller?.abortable === true ? { ...fixed, signal: caller.signal } : fixed
      const cacheKey = keyOf(args)
      const loads = { cache, key: cacheKey }
      // The cache would let it join the load that it is part of.
      if (caller !== undefined && isWithinLoad(caller, loads)) throw waitsForItself(nameOf({ name }, fn))
      return cache.getOrSet(
        cacheKey,
        async ({ signal, addTags }) => {
          const call = new LoadCall(loads, { signal, priority: caller?.priority, origin: caller })
          const value = await invoke(call, fn, this, args).finally(() => call.end())
          if (tagsOf !== undefined && value !== undefined) addTags(tagsOf(args, value) as readonly string[])
          return value
        },
        options,
      )
    })
    const invalidate = (...args: readonly unknown[]): Promise<void> => handOn(() => cache.delete(keyOf(args)))
    return Object.assign(memoized, { invalidate })
  }
}
