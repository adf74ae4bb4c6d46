import type { Connectivity, ConnectivityEvent } from '../connectivity.ts'
import { PageEvents } from '../events.ts'

/** A network that a test switches. */
export interface FakeConnectivity extends Connectivity {
  /** The network is away, or back. */
  set(isOnline: boolean): void
  /** How many requests reported that they succeeded and failed, and how many callers wanted a probe. */
  readonly reports: { readonly succeeded: number; readonly failed: number; readonly checked: number }
}

/**
 * Makes a network that is there. Reports of requests are counted, and change nothing.
 *
 * @example
 * ```ts
 * import { createFakeConnectivity } from '@hotpath/web/testing'
 *
 * const connectivity = createFakeConnectivity()
 * connectivity.on('offline', () => console.log('away')) // away
 * connectivity.set(false)
 * ```
 */
export function createFakeConnectivity(): FakeConnectivity {
  const events = new PageEvents<ConnectivityEvent>('connectivity', 'online', 'offline')
  const reports = { succeeded: 0, failed: 0, checked: 0 }
  let isOnline = true
  return {
    get isOnline() {
      return isOnline
    },
    reports,
    set(online) {
      if (online === isOnline) return
      isOnline = online
      events.emit({ type: online ? 'online' : 'offline' })
    },
    succeeded: () => void reports.succeeded++,
    failed: () => void reports.failed++,
    check() {
      reports.checked++
      return Promise.resolve(isOnline)
    },
    on: (type, listener) => events.on(type, listener),
    close: () => events.close(),
  }
}
