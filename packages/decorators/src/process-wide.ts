/** The decorators that need no cache of their own to be made: `configureDecorators` gives them theirs. */
import { type OptionTable, checkOptions, wrongOption } from '@hotpath/contract'
import { cacheableFunction, cacheableMember, type CachedFunction } from './cacheable.ts'
import type { CacheableOptions } from './cacheable-options.ts'
import { type CacheEvictOptions, cacheEvictFunction, cacheEvictMember } from './cache-evict.ts'
import { type CachePutOptions, cachePutFunction, cachePutMember } from './cache-put.ts'
import { CacheHome, type CacheProvider } from './cache-source.ts'
import type { Anything, AnyFunction, AsyncMethod, AsyncTwin, MemberDecorator } from './member-types.ts'

// Keyed globally: the ESM copy, the CommonJS copy and a duplicate install are configured at once.
const HOME = Symbol.for('@hotpath/decorators/home')

function home(): CacheHome {
  const globals = globalThis as { [HOME]?: CacheHome }
  return (globals[HOME] ??= new CacheHome())
}

/** Options of `configureDecorators`. */
export interface DecoratorsConfig {
  /** The cache, or a function that finds it when it is needed; `undefined` takes it away. */
  readonly cache: CacheProvider | undefined
}

const CONFIG_OPTIONS: OptionTable<keyof DecoratorsConfig> = { cache: 'createCache({ … })' }

/**
 * Sets the cache of all decorators in this process that have no other. The answer puts back the one before, for tests.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { Cacheable, configureDecorators } from '@hotpath/decorators'
 *
 * class Users {
 *   @Cacheable({ ttl: '30m', key: (id) => ['user', id], tags: ([id]) => [`user:${id}`] })
 *   async find(id: number) {
 *     console.log('loads', id) // loads 42
 *     return { id, name: 'Ann' }
 *   }
 * }
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * configureDecorators({ cache })
 *
 * const users = new Users()
 * await users.find(42)
 * console.log((await users.find(42)).name) // Ann
 * await cache.close()
 * ```
 *
 * @throws ConfigError for what is no cache.
 */
export function configureDecorators(config: DecoratorsConfig): () => void {
  checkOptions(config, 'configureDecorators', CONFIG_OPTIONS)
  if (!Object.hasOwn(config, 'cache')) {
    throw wrongOption(
      'cache',
      'a cache or a function that finds one',
      undefined,
      'Use `cache: undefined` to take it away.',
    )
  }
  return home().use(config.cache)
}

/**
 * Answers a method or getter from the cache; concurrent calls share one, and what it throws is not stored. `null` is an
 * ordinary value, `undefined` is not stored.
 *
 * @throws ConfigError for wrong options; when it stands before anything but a method or getter; and when the class has
 * no name to make keys from.
 */
export function Cacheable<This = Anything, Of = AsyncMethod>(
  options: CacheableOptions<This, Of> = {},
): MemberDecorator<This, Of> {
  return cacheableMember(options, home())
}

/**
 * Calls a method, and stores what it answers. Of calls for one key that run at the same time none leaves its value:
 * which of them the source saw last cannot be told.
 *
 * @throws ConfigError for wrong options, and when it stands before anything but a method or getter.
 */
export function CachePut<This = Anything, Of = AsyncMethod>(
  options: CachePutOptions<This, Of>,
): MemberDecorator<This, Of> {
  return cachePutMember(options, home())
}

/**
 * Calls a method, and outdates what it has changed: keys, tags, or all keys with a prefix. When the method fails,
 * nothing is outdated.
 *
 * @throws ConfigError for wrong options, and when it stands before anything but a method or getter.
 */
export function CacheEvict<This = Anything, Of = AsyncMethod>(
  options: CacheEvictOptions<This, Of>,
): MemberDecorator<This, Of> {
  return cacheEvictMember(options, home())
}

/**
 * The twin of a function that answers from the cache: `Cacheable` for functions.
 *
 * @throws ConfigError for wrong options, and when the function has no name to make keys from, or one that a minifier gave it.
 */
export function cacheable<Fn extends AnyFunction>(
  fn: Fn,
  options: CacheableOptions<ThisParameterType<Fn>, Fn> = {},
): CachedFunction<Fn> {
  return cacheableFunction(fn, options as never, home()) as never
}

/**
 * The twin of a function that stores what it answers: `CachePut` for functions.
 *
 * @throws ConfigError for wrong options.
 */
export function cachePut<Fn extends AnyFunction>(
  fn: Fn,
  options: CachePutOptions<ThisParameterType<Fn>, Fn>,
): AsyncTwin<Fn> {
  return cachePutFunction(fn, options as never, home()) as never
}

/**
 * The twin of a function that outdates what it has changed: `CacheEvict` for functions.
 *
 * @throws ConfigError for wrong options.
 */
export function cacheEvict<Fn extends AnyFunction>(
  fn: Fn,
  options: CacheEvictOptions<ThisParameterType<Fn>, Fn>,
): AsyncTwin<Fn> {
  return cacheEvictFunction(fn, options as never, home()) as never
}
