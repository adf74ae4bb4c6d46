/** What a decorator does when a function of its options throws, where the call itself went well: it says so, and goes on. */
import { callbackError } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'

const KEY = ['@hotpath/decorators', 'fault']

/** Makes a `fault` event of a cache. */
export function reportThrown(cache: Cache, what: string, cause: unknown): void {
  const error = callbackError(what, 'The call', { cause })
  // A cache takes reports from loads: this one has a key that nobody reads, and stores nothing.
  const report = async (): Promise<unknown> => cache.getOrSet(KEY, ({ skip }) => (skip(error), null), { refresh: true })
  report().catch(() => {})
}
