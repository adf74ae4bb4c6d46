import { callbackError, wrongOption } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { knownOf } from './pages.ts'

/**
 * Ends the scope of a cache, as on logout: in all tabs its caches are closed and their memory is empty, and what was stored of it is
 * deleted, of all schemas, before this resolves. A tab that does not respond within a second finds it deleted when it
 * goes on. For the next user make a cache with another scope.
 *
 * @returns Rejects with ConfigError for what `createBrowserCache` did not return, and with StorageError when something could not be deleted.
 *
 * @example
 * ```ts
 * import { createBrowserCache, endScope, onScopeEnd } from '@hotpath/browser'
 *
 * const cache = createBrowserCache({ name: 'shop', scope: 'user-42' })
 * onScopeEnd(cache, () => console.log('logged out, in this tab or another one')) // logged out, in this tab or another one
 * await endScope(cache)
 * ```
 */
export async function endScope(cache: Cache): Promise<void> {
  const { page, attendant } = knownOf(cache)
  const attending = await attendant
  if (attending !== undefined) return attending.endScope()
  await page.end()
}

/**
 * Calls a function when the scope of a cache ends, by this tab or another one, before what was stored is deleted; what it
 * returns is waited for, for a second at most. What it throws becomes a `fault` event.
 *
 * @returns a function that ends that.
 * @throws ConfigError for what `createBrowserCache` did not return, or what is no function.
 *
 * @example
 * ```ts
 * import { createBrowserCache, endScope, onScopeEnd } from '@hotpath/browser'
 *
 * const cache = createBrowserCache({ name: 'shop', scope: 'user-42' })
 * const outbox = new Map([['order', 1]])
 * onScopeEnd(cache, () => outbox.clear())
 * await endScope(cache)
 * console.log(outbox.size) // 0
 * ```
 */
export function onScopeEnd(cache: Cache, listener: () => unknown): () => void {
  const { page } = knownOf(cache)
  if (typeof listener !== 'function') {
    throw wrongOption('listener', 'a function', listener, 'Use for example `() => router.push("/login")`.')
  }
  const guarded = async (): Promise<void> => {
    try {
      await listener()
    } catch (cause) {
      page.fault(callbackError('a listener of `onScopeEnd`', 'The scope', { cause }))
    }
  }
  page.endings.add(guarded)
  return () => void page.endings.delete(guarded)
}
