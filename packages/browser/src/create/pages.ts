/** The pages of the caches that were made here. */
import { wrongOption } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import type { Attendant } from './attendant.ts'
import type { CachePage } from './page.ts'

interface Known {
  readonly page: CachePage
  /** `undefined`: there is nothing in this browser to attend to, or its code could not be loaded. */
  readonly attendant: Promise<Attendant | undefined>
}

const known = new WeakMap<Cache, Known>()

/** @param attending - Resolves to who looks after the page, once its code is there. */
export function attendedBy(page: CachePage, attending: Promise<Attendant> | undefined): void {
  const attendant = attending?.catch(() => undefined) ?? Promise.resolve(undefined)
  known.set(page.cache, { page, attendant })
}

/** @throws ConfigError for what `createBrowserCache` did not return. */
export function knownOf(cache: Cache): Known {
  const found = known.get(cache)
  if (found !== undefined) return found
  throw wrongOption('cache', 'what `createBrowserCache` returned', cache, 'Pass on the cache itself, not a namespace.')
}

/** Who looks after a cache; `undefined` for one that was not made here, and where there is nothing to attend to. */
export async function attendantOf(cache: object): Promise<Attendant | undefined> {
  return known.get(cache as Cache)?.attendant
}

/** Calls when a cache that was made here is closed, unless the function that it returns was called before. */
export function whenClosed(cache: object, closing: () => void): () => void {
  return known.get(cache as Cache)?.page.whenClosed(closing) ?? ((): void => {})
}

/** What the databases, channels and locks of a cache are named by; `undefined` for one that was not made here. */
export function storageNameOf(cache: object): string | undefined {
  return known.get(cache as Cache)?.page.name
}
