import { type CacheKey, ConfigError, type FreshnessOptions, type KeyPart, type Token } from '@hotpath/contract'
import type { Cache } from './cache.ts'

/** Options of `wrap`. */
export interface WrapOptions<Args extends readonly unknown[], Value> extends FreshnessOptions {
  /** The key of a call. Default: the function's name and its arguments. */
  readonly key?: ((...args: Args) => CacheKey) | undefined
  /** Tags, or what makes them from the arguments and the value. */
  readonly tags?: readonly string[] | ((args: Args, value: Value) => readonly string[]) | undefined
}

/** A function that answers from the cache. */
export interface Wrapped<Args extends readonly unknown[], Value> {
  (...args: Args): Promise<Value>
  /** The key of a call. */
  key(...args: Args): CacheKey
  /** Removes the value of a call. */
  invalidate(...args: Args): Promise<Token>
}

/**
 * Makes the cached twin of a function; `this` is passed on.
 *
 * @throws ConfigError when the function has no name and no `key` is given.
 */
export function wrap<Args extends readonly unknown[], Value>(
  cache: Cache,
  fn: (...args: Args) => Value | Promise<Value>,
  { key, tags, ...freshness }: WrapOptions<Args, Value>,
): Wrapped<Args, Value> {
  if (typeof fn !== 'function') {
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      `\`wrap\` needs a function, received ${fn === null ? 'null' : typeof fn}. Use for example \`cache.wrap(loadCity)\`.`,
    )
  }
  if (key === undefined && fn.name === '') {
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      '`wrap` got a function without a name. Pass `key: (…args) => […]`, or name the function.',
    )
  }
  const keyOf = key ?? ((...args: Args): CacheKey => [fn.name, ...(args as readonly unknown[] as readonly KeyPart[])])
  const options = typeof tags === 'function' ? freshness : { ...freshness, tags }
  function wrapped(this: unknown, ...args: Args): Promise<Value> {
    return cache.getOrSet<Value>(
      keyOf(...args),
      async ({ addTags }) => {
        const value = (await Reflect.apply(fn, this, args)) as Value
        if (typeof tags === 'function') addTags(tags(args, value))
        return value
      },
      options,
    )
  }
  return Object.assign(wrapped, {
    key: keyOf,
    invalidate: (...args: Args) => cache.delete(keyOf(...args)),
  })
}
