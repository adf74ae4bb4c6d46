/**
 * Calls that load a key of a cache. Whoever asks the cache for that key meanwhile joins the load; one that is called by the
 * load itself would wait for itself. A call knows what began it, so all that is needed is to look up its ancestors.
 *
 * After an await nothing is known of the caller. An AsyncLocalStorage would know, at a cost for each call and not in
 * browsers, but not whether the call joins the load, nor whether anybody waits for it. What is seen late is left to the
 * timeout of the load.
 */
import { type CacheKey, encodeKey } from '@hotpath/contract'
import { Call, type CallFields } from './call.ts'

/** A key of a cache. */
export interface LoadedKey {
  /** The cache, or namespace of one. */
  readonly cache: object
  /** The key there. */
  readonly key: CacheKey
}

/** A call that loads a key. */
export class LoadCall extends Call {
  readonly loads: LoadedKey

  constructor(loads: LoadedKey, fields: CallFields) {
    super(undefined, fields)
    this.loads = loads
  }
}

/** Whether a caller is called by a load of this key, through any number of calls between. */
export function isWithinLoad(caller: Call | undefined, { cache, key }: LoadedKey): boolean {
  let encoded: string | undefined
  for (let call = caller; call !== undefined; call = call.origin) {
    const { loads } = call as Partial<LoadCall>
    // What a load called without waiting for it may outlive it.
    if (loads?.cache !== cache || call.isOver) continue
    encoded ??= encodeKey(key)
    if (encodeKey(loads.key) === encoded) return true
  }
  return false
}
