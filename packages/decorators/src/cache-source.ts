/** Where a decorated member finds its cache: looked up at each call, so that it can be set later and swapped in tests. */
import { ConfigError, isPromise, kindOf, wrongOptionSeen } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { onObject } from './subject.ts'

/** A cache, or a function that finds it when it is needed. */
export type CacheProvider = Cache | (() => Cache | undefined)

/** The cache of a member: the cache itself, or what finds it on the object that the member was called on. */
export type CacheOption<This> = Cache | ((self: This) => Cache | undefined)

/** What decorators share that were made together: their cache, unless one of them has its own. */
export class CacheHome {
  #provider: CacheProvider | undefined

  /** Sets the cache; the answer puts back the one before. */
  use(provider: CacheProvider | undefined): () => void {
    if (provider !== undefined && typeof provider !== 'function') assertCache(provider)
    const before = this.#provider
    this.#provider = provider
    return () => {
      this.#provider = before
    }
  }

  get(): Cache | undefined {
    const provider = this.#provider
    return typeof provider === 'function' ? provider() : provider
  }
}

/**
 * Makes the function that finds a member's cache.
 *
 * @throws ConfigError for an option that is none.
 */
export function cacheFinder<This>(
  option: CacheOption<This> | undefined,
  home: Pick<CacheHome, 'get'>,
  subject: string,
): (self: This) => Cache {
  if (option === undefined) {
    return () => {
      const cache = home.get()
      return isCache(cache) ? cache : refuse(cache, subject)
    }
  }
  if (typeof option === 'function') {
    return (self) => {
      const cache = option(self)
      return isCache(cache) ? cache : refuseFound(cache, subject, self)
    }
  }
  const cache = assertCache(option)
  return () => cache
}

function assertCache(cache: unknown): Cache {
  if (isCache(cache)) return cache
  throw wrongOptionSeen('cache', 'a cache or a function that finds one', cache, {
    seen: kindOf(cache),
    wayOut: 'Use for example `cache: (self) => self.cache`.',
  })
}

/** By what it can do, so that any copy of the package and any wrapper around a cache will do. */
function isCache(cache: unknown): cache is Cache {
  return typeof (cache as Cache | undefined)?.getOrSet === 'function'
}

function refuse(cache: unknown, subject: string): never {
  const seen = cache === undefined ? 'before it had a cache' : `and found ${kindOf(cache)} for its cache`
  throw new ConfigError(
    'ERR_DECORATOR_UNCONFIGURED',
    `${subject} was called ${seen}. Call \`configureDecorators({ cache })\` when the program starts, take the decorator from \`createDecorators(cache)\`, or tell it where to look: \`cache: (self) => self.cache\`.`,
  )
}

/** What the member's own `cache` found is no cache: what `configureDecorators` sets would change nothing. */
function refuseFound(cache: unknown, subject: string, self: unknown): never {
  const found = isPromise(cache) ? 'a Promise, which it must await elsewhere' : kindOf(cache)
  throw new ConfigError(
    'ERR_DECORATOR_UNCONFIGURED',
    `${subject} was called${onObject(self)}, and its \`cache\` found ${found}. Let it return a cache, as in \`cache: (self) => self.cache\`, with the member set before the first call; or leave it out for that of \`configureDecorators({ cache })\`.`,
  )
}
