import { type EvictionReason, HotpathError, type Invalidation } from '@hotpath/contract'

/** Everything a cache tells, as a union discriminated by `type`. Keys are encoded. */
export type CacheEvent =
  | { readonly type: 'hit'; readonly key: string; readonly tier: string; readonly stale: boolean }
  | { readonly type: 'miss'; readonly key: string }
  | { readonly type: 'coalesce'; readonly key: string }
  | { readonly type: 'load'; readonly key: string; readonly durationMs: number; readonly stored: boolean }
  | { readonly type: 'load-error'; readonly key: string; readonly error: unknown }
  | { readonly type: 'refresh'; readonly key: string; readonly reason: 'stale' | 'ahead' }
  | { readonly type: 'set'; readonly key: string }
  | { readonly type: 'invalidate'; readonly invalidations: readonly Invalidation[] }
  | { readonly type: 'evict'; readonly key: string; readonly tier: string; readonly reason: EvictionReason }
  | { readonly type: 'reset' }
  | { readonly type: 'fault'; readonly error: HotpathError; readonly tier: string | undefined }

/** Names of the events. */
export type CacheEventType = CacheEvent['type']

/** The event of one name. */
export type CacheEventOf<Type extends CacheEventType> = Extract<CacheEvent, { readonly type: Type }>

/** Called for each event of a type; what it throws becomes a `fault` event and harms nobody. */
export type CacheListener<Type extends CacheEventType> = (event: CacheEventOf<Type>) => void

type AnyListener = (event: CacheEvent) => void

/** Listeners by type. Nothing is made or called for an event that nobody listens to. */
export class Events {
  readonly #listeners = new Map<CacheEventType, Set<AnyListener>>()

  on<Type extends CacheEventType>(type: Type, listener: CacheListener<Type>): () => void {
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners)
    // One function may listen twice; each subscription ends on its own.
    const own: AnyListener = (event) => listener(event as CacheEventOf<Type>)
    listeners.add(own)
    return () => {
      listeners.delete(own)
      if (listeners.size === 0 && this.#listeners.get(type) === listeners) this.#listeners.delete(type)
    }
  }

  /** Whether an event is worth making. */
  wants(type: CacheEventType): boolean {
    return this.#listeners.size > 0 && this.#listeners.has(type)
  }

  emit(event: CacheEvent): void {
    const listeners = this.#listeners.get(event.type)
    if (listeners === undefined) return
    for (const listener of [...listeners]) {
      try {
        listener(event)
      } catch (cause) {
        // A fault listener that throws has nobody left to tell.
        if (event.type !== 'fault') this.fault(listenerThrew(event.type, cause))
      }
    }
  }

  fault(error: HotpathError, tier?: string): void {
    this.emit({ type: 'fault', error, tier })
  }

  clear(): void {
    this.#listeners.clear()
  }
}

function listenerThrew(type: CacheEventType, cause: unknown): HotpathError {
  return new HotpathError(
    'ERR_LISTENER_THREW',
    `A listener for \`${type}\` threw. The cache went on; handle the error inside the listener.`,
    { cause, context: { type } },
  )
}
