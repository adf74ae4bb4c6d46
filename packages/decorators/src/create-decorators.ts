import { type CachedFunction, cacheableFunction, cacheableMember } from './cacheable.ts'
import type { CacheableOptions } from './cacheable-options.ts'
import { type CacheEvictOptions, cacheEvictFunction, cacheEvictMember } from './cache-evict.ts'
import { type CachePutOptions, cachePutFunction, cachePutMember } from './cache-put.ts'
import { CacheHome, type CacheProvider } from './cache-source.ts'
import type { Anything, AnyFunction, AsyncMethod, AsyncTwin, MemberDecorator } from './member-types.ts'

/** Decorators that share a cache, and their twins for functions. */
export interface Decorators {
  /** Answers a method or getter from the cache. */
  Cacheable<This = Anything, Of = AsyncMethod>(options?: CacheableOptions<This, Of>): MemberDecorator<This, Of>
  /** Calls a method, and stores what it answers. */
  CachePut<This = Anything, Of = AsyncMethod>(options: CachePutOptions<This, Of>): MemberDecorator<This, Of>
  /** Calls a method, and outdates what it has changed. */
  CacheEvict<This = Anything, Of = AsyncMethod>(options: CacheEvictOptions<This, Of>): MemberDecorator<This, Of>
  /** Makes the twin of a function that answers from the cache. */
  cacheable<Fn extends AnyFunction>(fn: Fn, options?: CacheableOptions<ThisParameterType<Fn>, Fn>): CachedFunction<Fn>
  /** Makes the twin of a function that stores what it answers. */
  cachePut<Fn extends AnyFunction>(fn: Fn, options: CachePutOptions<ThisParameterType<Fn>, Fn>): AsyncTwin<Fn>
  /** Makes the twin of a function that outdates what it has changed. */
  cacheEvict<Fn extends AnyFunction>(fn: Fn, options: CacheEvictOptions<ThisParameterType<Fn>, Fn>): AsyncTwin<Fn>
  /** Sets the cache that all of them use from now on; the answer puts back the one before, for tests. */
  use(cache: CacheProvider | undefined): () => void
}

/**
 * Makes decorators that use one cache; several sets of them live side by side.
 *
 * @param cache - The cache, or a function that finds it when it is needed; `use` sets it later.
 * @throws ConfigError for what is no cache.
 */
export function createDecorators(cache?: CacheProvider): Decorators {
  const home = new CacheHome()
  home.use(cache)
  return {
    Cacheable: (options = {}) => cacheableMember(options, home),
    CachePut: (options) => cachePutMember(options, home),
    CacheEvict: (options) => cacheEvictMember(options, home),
    cacheable: (fn, options = {}) => cacheableFunction(fn, options as never, home) as never,
    cachePut: (fn, options) => cachePutFunction(fn, options as never, home) as never,
    cacheEvict: (fn, options) => cacheEvictFunction(fn, options as never, home) as never,
    use: (cache) => home.use(cache),
  }
}
