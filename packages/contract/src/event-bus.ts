import { callbackError } from './callback-error.ts'
import { ConfigError, type HotpathError } from './errors.ts'
import { notify } from './notify.ts'
import { received } from './received.ts'

/** How errors speak of the one that emits the events. */
export interface EventBusOptions {
  /** What has the `on`: `'cache'`. */
  readonly subject: string
  /** What went on although a listener threw: `'The cache'`. */
  readonly wentOn: string
}

/** The events of one name, or all of them for `'*'`. */
export type EventNamed<
  Event extends {
    /** Which event. */
    readonly type: string
  },
  Type extends Event['type'] | '*',
> = Type extends '*'
  ? Event
  : Extract<
      Event,
      {
        /** Which event. */
        readonly type: Type
      }
    >

/**
 * Listeners by type. Nothing is made or called for an event that nobody listens to; a listener that throws, or whose
 * promise rejects, becomes a `fault` event and harms nobody.
 *
 * @example
 * ```ts
 * import { EventBus, type HotpathError } from '@hotpath/contract'
 *
 * type DoorEvent = { readonly type: 'open'; readonly by: string } | { readonly type: 'fault'; readonly error: HotpathError }
 *
 * class DoorEvents extends EventBus<DoorEvent> {
 *   fault(error: HotpathError) {
 *     this.emit({ type: 'fault', error })
 *   }
 * }
 * const events = new DoorEvents({ open: true, fault: true }, { subject: 'door', wentOn: 'The door' })
 * const end = events.on('open', ({ by }) => console.log(by)) // Ann
 * events.emit({ type: 'open', by: 'Ann' })
 * end()
 * console.log(events.wants('open')) // false
 * ```
 */
export abstract class EventBus<
  Event extends {
    /** Which event. */
    readonly type: string
  },
> {
  readonly #listeners = new Map<string, Set<(event: Event) => void>>()
  readonly #types: Readonly<Record<Event['type'], true>>
  readonly #options: EventBusOptions

  /** @param types - All that there are. */
  constructor(types: Readonly<Record<Event['type'], true>>, options: EventBusOptions) {
    this.#types = types
    this.#options = options
  }

  /**
   * Listens; the function that it returns ends that.
   *
   * @param type - The event, or `'*'` for all.
   * @throws ConfigError `ERR_CONFIG_OPTION` for an event that there is not, or a listener that is no function.
   */
  on<Type extends Event['type'] | '*'>(type: Type, listener: (event: EventNamed<Event, Type>) => void): () => void {
    return this.#listen(type, listener as never)
  }

  /**
   * Listens for one event; the function that it returns ends that before.
   *
   * @param type - The event, or `'*'` for any.
   * @throws ConfigError as `on` does.
   */
  once<Type extends Event['type'] | '*'>(type: Type, listener: (event: EventNamed<Event, Type>) => void): () => void {
    return this.#listen(type, listener as never, true)
  }

  /** Whether an event is worth making. */
  wants(type: Event['type']): boolean {
    return this.#listeners.size > 0 && (this.#listeners.has(type) || this.#listeners.has('*'))
  }

  /** Calls those that listen. Never throws. */
  emit(event: Event): void {
    if (!this.wants(event.type)) return
    for (const listener of [...(this.#listeners.get(event.type) ?? []), ...(this.#listeners.get('*') ?? [])]) {
      notify(listener, event, (cause) => this.#threw(event, cause))
    }
  }

  /** Ends all subscriptions. */
  clear(): void {
    this.#listeners.clear()
  }

  /** Emits the event that says what went wrong. */
  abstract fault(error: HotpathError): void

  #listen(type: string, listener: (event: Event) => void, isOnce?: boolean): () => void {
    if (type !== '*' && (typeof type !== 'string' || !Object.hasOwn(this.#types, type))) {
      throw new ConfigError(
        'ERR_CONFIG_OPTION',
        `There is no event ${received(type)}. Use one of ${[...Object.keys(this.#types), '*'].join(', ')}.`,
      )
    }
    if (typeof listener !== 'function') {
      throw new ConfigError(
        'ERR_CONFIG_OPTION',
        `The listener for \`${type}\` must be a function, received ${received(listener)}. Use for example \`${this.#options.subject}.on('${type}', (event) => …)\`.`,
      )
    }
    const listeners = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, listeners)
    // One function may listen twice; each subscription ends on its own.
    const own = (event: Event): void => {
      // A listener before this one may have caused the same event again, while this one is on its way to all.
      if (!isOnce || end()) return listener(event)
    }
    const end = (): boolean => {
      const isThere = listeners.delete(own)
      if (listeners.size === 0 && this.#listeners.get(type) === listeners) this.#listeners.delete(type)
      return isThere
    }
    listeners.add(own)
    return end
  }

  #threw({ type }: Event, cause: unknown): void {
    // A listener for faults that throws has nobody left to hear of it.
    if (type === 'fault') return
    this.fault(callbackError(`A listener for \`${type}\``, this.#options.wentOn, { cause, context: { type } }))
  }
}
