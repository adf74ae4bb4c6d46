import { type EvictionReason, HotpathError, type Invalidation } from '@hotpath/contract'

/** Everything a cache tells, as a union discriminated by `type`. Keys are encoded. */
export type CacheEvent =
  | {
      /** Which event or kind. */
      readonly type: 'hit'
      /** Encoded key. */
      readonly key: string
      /** Kind of the tier. */
      readonly tier: string
      /** Whether the value was past its `ttl`. */
      readonly stale: boolean
    }
  | {
      /** Which event or kind. */
      readonly type: 'miss'
      /** Encoded key. */
      readonly key: string
    }
  | {
      /** Which event or kind. */
      readonly type: 'coalesce'
      /** Encoded key. */
      readonly key: string
    }
  | {
      /** Which event or kind. */
      readonly type: 'load'
      /** Encoded key. */
      readonly key: string
      /** How long the loader took, in milliseconds. */
      readonly durationMs: number
      /** Whether the value may be served to later callers. */
      readonly stored: boolean
    }
  | {
      /** Which event or kind. */
      readonly type: 'load-error'
      /** Encoded key. */
      readonly key: string
      /** What went wrong. */
      readonly error: unknown
    }
  | {
      /** Which event or kind. */
      readonly type: 'refresh'
      /** Encoded key. */
      readonly key: string
      /** Why. */
      readonly reason: 'stale' | 'ahead'
    }
  | {
      /** Which event or kind. */
      readonly type: 'set'
      /** Encoded key. */
      readonly key: string
    }
  | {
      /** Which event or kind. */
      readonly type: 'invalidate'
      /** What was appended to the log. */
      readonly invalidations: readonly Invalidation[]
    }
  | {
      /** Which event or kind. */
      readonly type: 'evict'
      /** Encoded key. */
      readonly key: string
      /** Kind of the tier. */
      readonly tier: string
      /** Why. */
      readonly reason: EvictionReason
    }
  | {
      /** Which event or kind. */
      readonly type: 'reset'
    }
  | {
      /** Which event or kind. */
      readonly type: 'fault'
      /** What went wrong. */
      readonly error: HotpathError
      /** Kind of the tier. */
      readonly tier: string | undefined
    }

/** Names of the events. */
export type CacheEventType = CacheEvent['type']

/** The event of one name. */
export type CacheEventOf<Type extends CacheEventType> = Extract<
  CacheEvent,
  {
    /** Which event. */
    readonly type: Type
  }
>

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
