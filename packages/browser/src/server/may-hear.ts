import { callbackError, type Scope } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { insideOf } from '@hotpath/core/inside'

/** Says whether a client may hear that something was invalidated. At once, as each client is asked for each record. */
export type MayHear = (scope: Scope) => boolean

/** As `MayHear`; `undefined`: nobody knows, so that it must neither be named nor be missed. */
export type Hears = (scope: Scope) => boolean | undefined

/** Where `mayHear` throws or is async, nobody knows, and that is a fault of the cache. */
export function hearsBy(cache: Cache, mayHear: MayHear): Hears {
  return (scope) => {
    try {
      const may: unknown = mayHear(scope)
      if (!(may instanceof Promise)) return Boolean(may)
      may.catch(() => {})
      throw new TypeError('It returned a promise: await what it needs in `allow`.')
    } catch (cause) {
      insideOf(cache).fault(callbackError('What `allow` returned', 'The client', { cause }))
      return undefined
    }
  }
}
