/** What this browser has. Each is `false` where it is missing or denied by the browser's settings. */
export interface Capabilities {
  /** Storage of structured values. Where settings deny it, Chromium says so at the first use alone. */
  readonly indexedDb: boolean
  /** Storage of strings. */
  readonly localStorage: boolean
  /** Messages between tabs. */
  readonly broadcastChannel: boolean
  /** Locks between tabs, in secure contexts. */
  readonly locks: boolean
  /** `requestIdleCallback`. Not in WebKit. */
  readonly idleCallback: boolean
  /** `scheduler.postTask`. Not in WebKit. */
  readonly scheduler: boolean
  /** `<link rel="prefetch">`. Not in WebKit. */
  readonly linkPrefetch: boolean
  /** `navigator.connection`. In Chromium alone. */
  readonly connection: boolean
  /** `performance.memory`. In Chromium alone. */
  readonly heap: boolean
  /** Requests that a service worker sends later. In Chromium alone. */
  readonly backgroundSync: boolean
  /** Service workers, in secure contexts. */
  readonly serviceWorker: boolean
  /** `freeze` and `resume` events. In Chromium alone. */
  readonly freeze: boolean
  /** `navigator.storage.estimate()`. */
  readonly storageEstimate: boolean
  /** `crypto.subtle`, in secure contexts. */
  readonly crypto: boolean
}

/**
 * Looks what there is. Nothing is cached: settings may change while a page is open.
 *
 * @example
 * ```ts
 * import { readCapabilities } from '@hotpath/web'
 *
 * const { indexedDb } = readCapabilities()
 * console.log(indexedDb ? 'entries outlive this page' : 'entries live as long as this page') // entries live as long as this page
 * ```
 */
export function readCapabilities(): Capabilities {
  const page = globalThis as unknown as Readonly<Record<string, never>>
  // A getter of the browser throws where its settings deny the thing.
  const has = (find: () => unknown): boolean => {
    try {
      return Boolean(find())
    } catch {
      return false
    }
  }
  return {
    indexedDb: has(() => page['indexedDB']),
    localStorage: has(() => page['document'] && page['localStorage']),
    broadcastChannel: has(() => new BroadcastChannel('hotpath').close() ?? true),
    locks: has(() => navigator.locks),
    idleCallback: has(() => page['requestIdleCallback']),
    scheduler: has(() => page['scheduler']?.['postTask']),
    linkPrefetch: has(() => document.createElement('link').relList.supports('prefetch')),
    connection: has(() => 'connection' in navigator),
    heap: has(() => 'memory' in performance),
    backgroundSync: has(() => page['SyncManager']),
    serviceWorker: has(() => navigator.serviceWorker),
    freeze: has(() => 'onfreeze' in document),
    storageEstimate: has(() => navigator.storage.estimate),
    crypto: has(() => crypto.subtle),
  }
}
