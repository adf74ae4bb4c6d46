/**
 * A tier that answers without promises, in front of all others. Invariant: what it throws reaches no reader, and is an
 * event instead; a full localStorage is a miss, not a failed read.
 */
import type { HotpathError, TierStore, TierUsage } from '@hotpath/contract'
import { tierFailed } from './tier-faults.ts'

const NOTHING: TierUsage = { entries: 0, bytes: undefined }

/** Guards the store of a tier that is not our own. */
export function guardFirst(type: string, store: TierStore, fault: (error: HotpathError) => void): TierStore {
  function guard<Result>(operation: string, call: () => Result, otherwise: Result): Result {
    try {
      return call()
    } catch (cause) {
      fault(tierFailed(type, operation, cause))
      return otherwise
    }
  }
  return {
    sync: true,
    shared: store.shared,
    get: (key) => guard('get', () => store.get(key), undefined),
    peek: (key) => guard('peek', () => (store.peek === undefined ? store.get(key) : store.peek(key)), undefined),
    getMany: (keys) => guard('getMany', () => store.getMany(keys), []),
    set: (key, entry) => guard('set', () => store.set(key, entry), undefined),
    setMany: (entries) => guard('setMany', () => store.setMany(entries), undefined),
    delete: (keys, below) => guard('delete', () => store.delete(keys, below), undefined),
    clear: () => guard('clear', () => store.clear(), undefined),
    purge: (filter) => guard('purge', () => store.purge(filter), 0),
    ...(store.usage !== undefined && { usage: () => guard('usage', () => store.usage?.() ?? NOTHING, NOTHING) }),
    close: () => store.close(),
  }
}
