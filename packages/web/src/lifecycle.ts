import type { EventNamed } from '@hotpath/contract'
import { type FaultEvent, PageEvents } from './events.ts'

/** What happens to a page. */
export type LifecycleEvent =
  | {
      /** The page is on screen. */
      readonly type: 'visible'
    }
  | {
      /** It is not: timers are throttled from now on, and it may end without another event. */
      readonly type: 'hidden'
    }
  | {
      /** Its tasks stop until `resumed`. In Chromium alone, also when it is kept in the back/forward cache. */
      readonly type: 'frozen'
    }
  | {
      /** Its tasks go on. Time has passed, and other tabs have gone on meanwhile. */
      readonly type: 'resumed'
    }
  | {
      /** It is shown for the first time, or again. */
      readonly type: 'pageshow'
      /** It comes from the back/forward cache, as it was left. */
      readonly restored: boolean
    }
  | {
      /** It is left. */
      readonly type: 'pagehide'
      /** It may come back by `pageshow`. */
      readonly restorable: boolean
    }

/** Where a page is in its life. */
export interface Lifecycle {
  /** `left`: it is in the back/forward cache, or ends. */
  readonly state: 'visible' | 'hidden' | 'frozen' | 'left'
  /**
   * Listens; the function that it returns ends that. A listener that throws becomes a `fault` event.
   *
   * @param type - The event, or `'*'` for all.
   * @throws ConfigError `ERR_CONFIG_OPTION` for an event that there is not.
   */
  on<Type extends LifecycleEvent['type'] | 'fault' | '*'>(
    type: Type,
    listener: (event: EventNamed<LifecycleEvent | FaultEvent, Type>) => void,
  ): () => void
  /** Ends all subscriptions, and its own to the page. */
  close(): void
}

/**
 * Follows the page. Outside of a page, as on a server or in a worker, it is always visible and no event comes.
 *
 * `unload` is not part of it: it does not fire in a page that may be restored, and a listener keeps pages from being
 * restored.
 *
 * @example
 * ```ts
 * import { createLifecycle } from '@hotpath/web'
 *
 * const lifecycle = createLifecycle()
 * lifecycle.on('hidden', () => console.log('save what is not saved yet'))
 * console.log(lifecycle.state) // visible
 * lifecycle.close()
 * ```
 */
export function createLifecycle(): Lifecycle {
  const events = new PageEvents<LifecycleEvent>(
    'lifecycle',
    'visible',
    'hidden',
    'frozen',
    'resumed',
    'pageshow',
    'pagehide',
  )
  const page = globalThis.document as Document | undefined
  let away: 'frozen' | 'left' | undefined
  const onScreen = (): 'visible' | 'hidden' => (page?.visibilityState === 'hidden' ? 'hidden' : 'visible')
  const become = (next: typeof away, event: LifecycleEvent): void => {
    away = next
    events.emit(event)
  }
  events.listen(page, 'visibilitychange', () => {
    const type = onScreen()
    // A page that is restored is visible before its `pageshow`.
    become(type === 'hidden' ? away : undefined, { type })
  })
  events.listen(page, 'freeze', () => become('frozen', { type: 'frozen' }))
  events.listen(page, 'resume', () => become(undefined, { type: 'resumed' }))
  // Without a document it is a worker or a server.
  const window = page && globalThis
  events.listen<PageTransitionEvent>(window, 'pageshow', ({ persisted }) =>
    become(undefined, { type: 'pageshow', restored: persisted }),
  )
  events.listen<PageTransitionEvent>(window, 'pagehide', ({ persisted }) =>
    become('left', { type: 'pagehide', restorable: persisted }),
  )
  return {
    get state() {
      return away ?? onScreen()
    },
    on: (type, listener) => events.on(type, listener),
    close: () => events.close(),
  }
}
