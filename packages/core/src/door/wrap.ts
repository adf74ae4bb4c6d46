import {
  callbackError,
  type CacheKey,
  DEFAULT_FRESHNESS,
  FRESHNESS_OPTIONS,
  type KeyPart,
  type MaybePromise,
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
import { ownTags } from './input.ts'

const WRAP_OPTIONS: OptionTable<'name' | 'key' | 'tags' | 'unless'> = {
  name: stringOption,
  key: functionOption,
  tags: true,
  unless: functionOption,
}
/** What plain JavaScript may pass, where the types allow no promise: one that rejects must not end the process. */
interface PlainOptions<Args extends readonly unknown[], Value>
  extends Omit<WrapOptions<Args, Value>, 'tags' | 'unless'> {
  readonly tags?: readonly string[] | ((args: Args, value: Value) => MaybePromise<readonly string[]>) | undefined
  readonly unless?: ((args: Args, value: Value) => MaybePromise<boolean>) | undefined
}

const NAMED = { subject: '`wrap`', kind: 'function', example: 'loadCity' } as const

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
  const { name, key, tags, unless, ...freshness }: PlainOptions<Args, Value> = options
  // A wrong option should fail where it stands, not at the first call.
  resolveFreshness(DEFAULT_FRESHNESS, freshness)
  const keyOf = key ?? namedKey<Args>(name ?? meaningfulName(fn.name, NAMED))
  const loadOptions = typeof tags === 'function' ? freshness : { ...freshness, tags: ownTags(tags) }
  function wrapped(this: unknown, ...args: Args): Promise<Value> {
    const load = async ({ addTags, skip }: LoadContext): Promise<Value> => {
      const value = (await Reflect.apply(fn, this, args)) as Value
      // It is not stored anyway.
      if (value === undefined) return value
      let asked = '`unless`'
      try {
        if ((await unless?.(args, value)) === true) skip()
        else if (typeof tags === 'function') {
          asked = '`tags`'
          addTags(validateTags(await tags(args, value), 'tags'))
        }
      } catch (cause) {
        // The value is there, and who called wants it. Without its tags it could not be invalidated.
        skip(callbackError(asked, 'The call', { cause }))
      }
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
