import {
  type CacheKey,
  DEFAULT_FRESHNESS,
  FRESHNESS_OPTIONS,
  type KeyPart,
  type OptionTable,
  checkOptions,
  functionOption,
  meaningfulName,
  resolveFreshness,
  stringOption,
  validateTags,
  wrongOption,
} from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import type { AnyFunction, WrapOptions, Wrapped } from '../cache/wrap.ts'
import type { LoadContext } from '../read/loader.ts'

const WRAP_OPTIONS: OptionTable<'name' | 'key' | 'tags' | 'unless'> = {
  name: stringOption,
  key: functionOption,
  tags: true,
  unless: functionOption,
}
const NAMED = { code: 'ERR_CONFIG_OPTION', subject: '`wrap`', kind: 'function', example: 'loadCity' } as const

/**
 * Makes the cached twin of a function; `this` is passed on.
 *
 * @throws ConfigError when the function has no name, or a minifier's, and neither `name` nor `key` is given; and for a
 * wrong option.
 */
export function wrap<Fn extends AnyFunction>(
  cache: Cache,
  fn: Fn,
  options: WrapOptions<Parameters<Fn>, Awaited<ReturnType<Fn>>>,
): Wrapped<Fn> {
  type Args = Parameters<Fn>
  type Value = Awaited<ReturnType<Fn>>
  if (typeof fn !== 'function') throw wrongOption('fn', 'a function', fn, 'Use for example `cache.wrap(loadCity)`.')
  checkOptions(options, 'wrap', WRAP_OPTIONS, FRESHNESS_OPTIONS)
  const { name, key, tags, unless, ...freshness } = options
  // A wrong option should fail where it stands, not at the first call.
  resolveFreshness(DEFAULT_FRESHNESS, freshness)
  if (tags !== undefined && typeof tags !== 'function') validateTags(tags, 'tags')
  const keyOf = key ?? namedKey<Args>(name ?? meaningfulName(fn.name, NAMED))
  const loadOptions = typeof tags === 'function' ? freshness : { ...freshness, tags }
  function wrapped(this: unknown, ...args: Args): Promise<Value> {
    const load = async ({ addTags, skip }: LoadContext): Promise<Value> => {
      const value = (await Reflect.apply(fn, this, args)) as Value
      if (unless?.(args, value) === true) skip()
      if (typeof tags === 'function') addTags(validateTags(tags(args, value), 'tags'))
      return value
    }
    try {
      return cache.getOrSet<Value>(keyOf(...args), load, loadOptions)
    } catch (error) {
      return Promise.reject(error)
    }
  }
  return Object.assign(wrapped, {
    key: keyOf,
    // Not async: the promise of `delete` is one that a caller may forget.
    invalidate: (...args: Args) => {
      try {
        return cache.delete(keyOf(...args))
      } catch (error) {
        return Promise.reject(error)
      }
    },
  }) as never
}

function namedKey<Args extends readonly unknown[]>(name: string): (...args: Args) => CacheKey {
  return (...args) => [name, ...(args as readonly unknown[] as readonly KeyPart[])]
}
