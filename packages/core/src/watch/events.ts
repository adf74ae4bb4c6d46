import {
  EventBus,
  type EventNamed,
  type EvictionReason,
  type HotpathError,
  type Invalidation,
  type Mark,
  type Scope,
  type Strength,
  type Token,
  toToken,
} from '@hotpath/contract'

/** What a tier below memory is asked to do. */
export type TierOperation = 'get' | 'set' | 'delete'

/** How an operation of a tier ended: well, with an error, or not within `tierTimeout`. */
export type TierOutcome = 'success' | 'failure' | 'timeout'

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
      /** How long the loader took until it failed, in milliseconds. */
      readonly durationMs: number
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
      readonly type: 'invalidated'
      /** What it is about. Keys and prefixes are encoded. */
      readonly scope: Scope
      /** `hard`: gone; `soft`: stale. */
      readonly strength: Strength
      /** Of a soft one: after how many milliseconds what is still stale is gone. Absent: never. */
      readonly forMs?: number
      /**
       * Whether this cache appended the record, or was appending the same at that moment; other caches of one process
       * are others.
       */
      readonly own: boolean
      /** Where the log has the record: a read `after` it sees nothing older. */
      readonly token: Token
    }
  | {
      /** Which event or kind. */
      readonly type: 'tier'
      /** Kind of the tier. */
      readonly tier: string
      /** What it was asked to do. */
      readonly operation: TierOperation
      /** How many entries, or keys, it was for. */
      readonly count: number
      /** How long it took, in milliseconds and fractions of them. */
      readonly durationMs: number
      /** How it ended. */
      readonly outcome: TierOutcome
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
  invalidated: true,
  tier: true,
  evict: true,
  reset: true,
  fault: true,
  recover: true,
}

/** The event of one name, or any event for `'*'`. */
export type CacheEventOf<Type extends CacheEventType | '*'> = EventNamed<CacheEvent, Type>

/** What is said of a record of the log. */
export function invalidatedEvent(record: Invalidation & Mark, own: boolean): CacheEventOf<'invalidated'> {
  const { scope, strength, forMs } = record
  const limit = forMs === undefined ? {} : { forMs }
  return { type: 'invalidated', scope, strength, ...limit, own, token: toToken(record) }
}

/** Called for each event of a type; what it throws becomes a `fault` event and harms nobody. */
export type CacheListener<Type extends CacheEventType | '*'> = (event: CacheEventOf<Type>) => void

/** Listeners of one cache. */
export class Events extends EventBus<CacheEvent> {
  constructor() {
    super(ALL_TYPES, { subject: 'cache', wentOn: 'The cache' })
  }

  fault(error: HotpathError, tier?: string): void {
    this.emit({ type: 'fault', error, tier, count: 1 })
  }
}
