/** As much of the browser as tabs need; tests pass fakes. */

/** The Web Locks of a browser. */
export interface TabLocks {
  /** Calls `callback` when the lock is held, and releases it when the promise of `callback` settles. */
  request(name: string, options: TabLockOptions, callback: () => Promise<void>): Promise<unknown>
  /** What is held, and by which page. */
  query(): Promise<{
    /** Locks that are held. */
    readonly held?: readonly HeldLock[]
  }>
}

/** A lock that is held. */
export interface HeldLock {
  /** Its name. */
  readonly name?: string
  /** The page that holds it. */
  readonly clientId?: string
}

/** How a lock is requested. */
export interface TabLockOptions {
  /** Takes the lock away from its holder, whose request rejects. */
  readonly steal?: boolean
  /** Ends the wait. */
  readonly signal?: AbortSignal
}

/** A BroadcastChannel. */
export interface TabChannel {
  /** Posts a structured clone to all other channels of the name. */
  postMessage(message: unknown): void
  /** Listens to what others post. */
  addEventListener(type: 'message' | 'messageerror', listener: (event: { readonly data: unknown }) => void): void
  /** Ends it. */
  close(): void
}

/**
 * Opens a `BroadcastChannel` that keeps no process of Node alive.
 *
 * @returns `undefined` where there is none, as in Firefox when a page may store nothing.
 *
 * @example
 * ```ts
 * import { openTabChannel } from '@hotpath/web'
 *
 * const channel = openTabChannel('shop')
 * channel?.addEventListener('message', ({ data }) => console.log(data))
 * channel?.postMessage('hello, other tabs')
 * channel?.close()
 * ```
 */
export function openTabChannel(name: string): TabChannel | undefined {
  try {
    const channel = new BroadcastChannel(name)
    // In Node, where it would keep the process alive.
    ;(channel as { unref?: () => void }).unref?.()
    return channel
  } catch {
    // There is none, or Firefox denies it together with storage.
    return undefined
  }
}
