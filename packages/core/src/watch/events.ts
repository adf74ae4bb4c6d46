import { ConfigError, type EvictionReason, HotpathError, type Invalidation, received } from '@hotpath/contract'
import { isPromise } from '../time/chain.ts'

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
      /** Kind of the tier; `undefined` for the log and for what belongs to no tier. */
      readonly tier: string | undefined
      /**
       * How many faults the event is for: 1, or more when a tier or the log goes on failing in the same way. The first
       * fault is an event at once, later ones are counted and become an event every 30 seconds.
       */
      readonly count: number
    }
  | {
      /** Which event or kind. */
      readonly type: 'recover'
      /** Kind of the tier that works again; `undefined` for the log. */
      readonly tier: string | undefined
      /** How many faults there were. */
      readonly faults: number
      /** Since the first of them, in milliseconds. */
      readonly durationMs: number
    }

/** Names of the events. */
export type CacheEventType = CacheEvent['type']

const ALL_TYPES: Readonly<Record<CacheEventType, true>> = {
  hit: true,
  miss: true,
  coalesce: true,
  load: true,
  'load-error': true,
  refresh: true,
  set: true,
  invalidate: true,
  evict: true,
  reset: true,
  fault: true,
  recover: true,
}
const TYPES: ReadonlySet<string> = new Set(Object.keys(ALL_TYPES))

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
    if (!TYPES.has(type)) throw noSuchEvent(type)
    if (typeof listener !== 'function') throw noListener(type, listener)
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
        const answer: unknown = listener(event)
        if (isPromise(answer)) answer.then(undefined, (cause: unknown) => this.#threw(event, cause))
      } catch (cause) {
        this.#threw(event, cause)
      }
    }
  }

  #threw({ type }: CacheEvent, cause: unknown): void {
    // A fault listener that throws has nobody left to tell.
    if (type !== 'fault') this.fault(listenerThrew(type, cause))
  }

  fault(error: HotpathError, tier?: string): void {
    this.emit({ type: 'fault', error, tier, count: 1 })
  }

  clear(): void {
    this.#listeners.clear()
  }
}

function noSuchEvent(type: unknown): ConfigError {
  return new ConfigError(
    'ERR_CONFIG_OPTION',
    `There is no event ${received(type)}. Use one of ${[...TYPES].join(', ')}.`,
  )
}

function noListener(type: string, listener: unknown): ConfigError {
  return new ConfigError(
    'ERR_CONFIG_OPTION',
    `The listener for \`${type}\` must be a function, received ${received(listener)}. Use for example \`cache.on('${type}', (event) => …)\`.`,
  )
}

function listenerThrew(type: CacheEventType, cause: unknown): HotpathError {
  return new HotpathError(
    'ERR_LISTENER_THREW',
    `A listener for \`${type}\` threw. The cache went on; handle the error inside the listener.`,
    { cause, context: { type } },
  )
}
