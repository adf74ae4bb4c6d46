/**
 * The load that runs synchronously, up to its first await, and those that it was called by. A member that is called there
 * for the key that it is loaded for would wait for itself: one that overrides another, calls it by `super`, and has the
 * same `key`, or one that calls itself.
 *
 * After an await nothing is known of the caller. An AsyncLocalStorage would know, at a cost for each call and not in
 * browsers, but not whether the call joins the load: one that has evicted its key gets a load of its own. Nor whether
 * anybody waits for the answer. So what is seen late is left to the timeout of the load.
 */
import { type CacheKey, RequestError, encodeKey } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'

/** A load under way, and afterwards. */
export interface RunningLoad {
  readonly cache: Cache
  readonly key: CacheKey
  /** By which load it was called. */
  readonly outer: RunningLoad | undefined
  /** What it called without waiting for it may outlive it. */
  isOver: boolean
}

let innermost: RunningLoad | undefined

/** The load that runs synchronously, if any. */
export function runningLoad(): RunningLoad | undefined {
  return innermost
}

/** Calls a function within a load. */
export function runWithin<Answer>(load: RunningLoad, fn: () => Answer): Answer {
  const before = innermost
  innermost = load
  try {
    return fn()
  } finally {
    innermost = before
  }
}

/** @throws RequestError `ERR_REQUEST_CYCLE` when a load would be called, through any number of loads between, by one of its key. */
export function assertNoCycle({ cache, key, outer }: Omit<RunningLoad, 'isOver'>, name: string): void {
  const encoded = encodeKey(key)
  let load: RunningLoad | undefined = outer
  while (load !== undefined) {
    if (!load.isOver && load.cache === cache && encodeKey(load.key) === encoded) throw waitsForItself(name)
    load = load.outer
  }
}

function waitsForItself(name: string): RequestError {
  return new RequestError(
    'ERR_REQUEST_CYCLE',
    `\`${name}\` was called for a key from within the load of that key, and would wait for itself. Where it overrides a method that it calls, give the two different keys.`,
    { context: { name } },
  )
}
