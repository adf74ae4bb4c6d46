import {
  type CacheKey,
  type Duration,
  type FreshnessOptions,
  type OptionTable,
  checkOptions,
  validateTags,
} from '@hotpath/contract'

/** A stale value that a loader may refresh instead of loading anew. */
export interface Previous<Value> {
  /** The stale value. */ readonly value: Value
  /** How long ago it was loaded, in milliseconds. */
  readonly ageMs: number
  /** Tags of the value. */
  readonly tags: readonly string[]
  /** To be returned by the loader when the source says that the value is still right: it is stored again as new, with its tags. */
  notModified(): Value
}

/** What a loader gets. */
export interface LoadContext<Value = unknown> {
  /** The key as the caller gave it. */
  readonly key: CacheKey
  /** Aborted when the last waiting caller has left, the hard timeout passes or the cache closes. */
  readonly signal: AbortSignal
  /** The value that this load replaces, if one is at hand; for conditional requests. */
  readonly previous: Previous<Value> | undefined
  /** Decides how long the value lives: the `ttl`, or several windows. */
  setTtl(ttl: Duration | Pick<FreshnessOptions, 'ttl' | 'staleWhileRevalidate' | 'staleIfError'>): void
  /** Adds tags that are known only now. */
  addTags(tags: readonly string[]): void
  /** Returns the value to its callers without storing it. */
  skip(): void
}

/** Produces the value of a key. `undefined` means that there is none: it is returned and not stored. */
export type Loader<Value> = (context: LoadContext<Value>) => Value | Promise<Value>

/** Produces the values of the keys that are missing: a list in their order, or a Map by keys. */
export type ManyLoader<Value, Key = CacheKey> = (
  missing: readonly Key[],
  context: {
    /** Aborted when no caller waits for the values any more, the hard timeout passes or the cache closes. */
    readonly signal: AbortSignal
  },
) =>
  | readonly (Value | undefined)[]
  | ReadonlyMap<CacheKey, Value>
  | Promise<readonly (Value | undefined)[] | ReadonlyMap<CacheKey, Value>>

/** What `notModified` answers; never leaves the engine. */
export const NOT_MODIFIED: unique symbol = Symbol('not modified')

const LIFETIME_OPTIONS: OptionTable<'ttl' | 'staleWhileRevalidate' | 'staleIfError'> = {
  ttl: true,
  staleWhileRevalidate: true,
  staleIfError: true,
}

/** What a loader decided through its context. */
export interface LoadDecisions {
  readonly tags: readonly string[]
  readonly lifetime: FreshnessOptions | undefined
  readonly skipped: boolean
}

/** The state behind a `LoadContext`. */
export class LoadScope<Value> {
  readonly context: LoadContext<Value>
  #tags: readonly string[]
  #lifetime: FreshnessOptions | undefined
  #skipped = false

  constructor(facts: {
    readonly key: CacheKey
    readonly tags: readonly string[]
    readonly previous: Omit<Previous<Value>, 'notModified'> | undefined
    readonly signal: () => AbortSignal
    readonly tagged: (tags: readonly string[]) => void
  }) {
    const { key, previous, signal, tagged } = facts
    this.#tags = facts.tags
    this.context = {
      key,
      // Most loaders never look at the signal, so its controller is made when they do.
      get signal() {
        return signal()
      },
      previous: previous && { ...previous, notModified: () => NOT_MODIFIED as Value },
      setTtl: (ttl) => {
        const lifetime = typeof ttl === 'object' && ttl !== null ? ttl : { ttl }
        checkOptions(lifetime, 'setTtl', LIFETIME_OPTIONS)
        this.#lifetime = lifetime
      },
      addTags: (tags) => {
        this.#tags = validateTags([...this.#tags, ...validateTags(tags, 'addTags')], 'addTags')
        tagged(this.#tags)
      },
      skip: () => {
        this.#skipped = true
      },
    }
  }

  get decisions(): LoadDecisions {
    return { tags: this.#tags, lifetime: this.#lifetime, skipped: this.#skipped }
  }
}
