import type { Capabilities } from '../capabilities.ts'

/**
 * What a browser has: everything, but for what you take away.
 *
 * @example
 * ```ts
 * import { fakeCapabilities } from '@hotpath/web/testing'
 *
 * const { indexedDb, locks } = fakeCapabilities({ indexedDb: false })
 * console.log(indexedDb, locks) // false true
 * ```
 */
export function fakeCapabilities(some: Partial<Capabilities> = {}): Capabilities {
  return {
    indexedDb: true,
    localStorage: true,
    broadcastChannel: true,
    locks: true,
    idleCallback: true,
    scheduler: true,
    linkPrefetch: true,
    connection: true,
    heap: true,
    backgroundSync: true,
    serviceWorker: true,
    freeze: true,
    storageEstimate: true,
    crypto: true,
    ...some,
  }
}
