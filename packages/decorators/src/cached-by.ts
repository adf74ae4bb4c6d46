/** How a member is cached, as seen from outside: its keys, and how one of its values is removed. */
import { type CacheKey, ConfigError } from '@hotpath/contract'
import type { Cache, Token } from '@hotpath/core'
import type { CallKey } from './default-key.ts'
import { memberOf } from './member.ts'
import type { AnyFunction, ArgsOf } from './member-types.ts'
import { noteEviction } from './overlaps.ts'

/** How a member is cached. */
export interface CachedBy {
  readonly callKey: CallKey
  readonly findCache: (self: unknown) => Cache
}

// Keyed globally: the CommonJS copy must know what the ESM copy decorated.
const CACHED_BY: unique symbol = Symbol.for('@hotpath/decorators/cached-by') as never

/** Leaves on a function how it is cached. */
export function mark<Fn extends AnyFunction>(fn: Fn, { callKey, findCache }: CachedBy): Fn {
  return Object.defineProperty(fn, CACHED_BY, { value: { callKey, findCache } satisfies CachedBy })
}

/**
 * The key under which a call of a `@Cacheable` member is cached.
 *
 * @throws ConfigError `ERR_DECORATOR_TARGET` when the member is not cached.
 */
export function keyOf<Self extends object, Name extends keyof Self>(
  self: Self,
  name: Name,
  ...args: ArgsOf<Self[Name]>
): CacheKey {
  return cachedBy(self, name).callKey(self, args)
}

/** Removes the value of a call, everywhere. Not async: the promise of `delete` is one that a caller may forget. */
export function removeCall({ findCache, callKey }: CachedBy, self: unknown, args: readonly unknown[]): Promise<Token> {
  try {
    const [cache, key] = [findCache(self), callKey(self, args)]
    noteEviction(cache, key)
    return cache.delete(key)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** @throws ConfigError `ERR_DECORATOR_TARGET` when the member is not cached. */
export function cachedBy(self: object, name: PropertyKey): CachedBy {
  const found = (memberOf(self, name) as { readonly [CACHED_BY]?: CachedBy } | undefined)?.[CACHED_BY]
  if (found !== undefined) return found
  throw new ConfigError(
    'ERR_DECORATOR_TARGET',
    `\`${String(name)}\` is not cached. Decorate it with \`@Cacheable\`, outside of all decorators that replace it.`,
  )
}
