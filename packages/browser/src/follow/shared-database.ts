/** The database of a cache, as long as the log of all tabs is in it. */
import type { Database } from '@hotpath/web/database'
import { attendantOf } from '../create/pages.ts'

/** `undefined` where there is none, and while the cache goes on without it. */
export async function sharedDatabase(cache: object): Promise<Database | undefined> {
  const attendant = await attendantOf(cache)
  return attendant?.isLate === true ? undefined : attendant?.database
}

/** Calls when a cache begins or ceases to go on without it, until the function that it returns is called. */
export function whenSharingChanges(cache: object, listener: () => unknown): () => void {
  const attending = attendantOf(cache)
  void attending.then((attendant) => attendant?.lateListeners.add(listener))
  return () => void attending.then((attendant) => attendant?.lateListeners.delete(listener))
}

/** The first key of a store; `undefined` where it cannot be read, as that of the log of all tabs can. */
export async function firstOf(cache: object, store: string): Promise<readonly unknown[] | undefined> {
  return (await sharedDatabase(cache))?.getAllKeys(store, undefined, 1).catch(() => undefined)
}
