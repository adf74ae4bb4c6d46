import {
  checkOptions,
  type Clock,
  clockOption,
  type Duration,
  type EventNamed,
  functionOption,
  HotpathError,
  type OptionTable,
  requiredString,
  systemClock,
  toMs,
} from '@hotpath/contract'
import { type FaultEvent, PageEvents } from '../events.ts'
import { createLifecycle, type Lifecycle } from '../lifecycle.ts'
import { Election, type ElectionMessage } from './election.ts'
import { openTabChannel, type TabChannel, type TabLocks } from './platform.ts'

/** What comes from other tabs. */
export type TabsEvent =
  | {
      /** Another tab has posted something. */
      readonly type: 'message'
      /** A structured clone of what it posted. */
      readonly data: unknown
    }
  | {
      /** This tab leads from now on. */
      readonly type: 'leader'
    }
  | {
      /** It leads no longer: its lock was stolen while it hung, or its page is frozen or left. */
      readonly type: 'follower'
    }

/** How tabs find each other. */
export interface TabsOptions {
  /** Tabs of one name and one origin belong together. */
  readonly name: string
  /**
   * How long a leader may not respond before another tab takes over; after that the new leader waits for another half of
   * it. From `'1s'`. Default `'5s'`.
   */
  readonly watchdog?: Duration | undefined
  /** Default: that of the page. */
  readonly lifecycle?: Pick<Lifecycle, 'on'> | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
  /** Default: `navigator.locks`; `false`: none, so that no tab leads. */
  readonly locks?: TabLocks | false | undefined
  /** Opens a channel. Default: a `BroadcastChannel`; `false`: none, so that nothing is posted. */
  readonly openChannel?: ((name: string) => TabChannel) | false | undefined
}

/** The tabs of a browser profile that have the same name. */
export interface Tabs {
  /** Unique among tabs; another one after each load of the page. */
  readonly id: string
  /**
   * Whether this tab leads, beyond doubt: at no moment it is `true` in two tabs. In a tab that hung, or is hidden and has its
   * timers throttled to one a minute, it may be `false` until `confirm` has asked the browser.
   */
  readonly isLeader: boolean
  /** Whether a tab can lead at all: there are Web Locks. */
  readonly canLead: boolean
  /** Asks the browser whether this tab leads. Never rejects. */
  confirm(): Promise<boolean>
  /**
   * Posts something that can be cloned to all other tabs of the name; nothing where there is no channel, or after `close`.
   *
   * @throws DataCloneError of the browser for what cannot be cloned.
   */
  post(data: unknown): void
  /**
   * Listens; the function that it returns ends that. A listener that throws becomes a `fault` event.
   *
   * @param type - The event, or `'*'` for all.
   * @throws ConfigError `ERR_CONFIG_OPTION` for an event that there is not.
   */
  on<Type extends TabsEvent['type'] | 'fault' | '*'>(
    type: Type,
    listener: (event: EventNamed<TabsEvent | FaultEvent, Type>) => void,
  ): () => void
  /** Leaves: another tab leads, and no event comes any more. */
  close(): void
}

const OPTIONS: OptionTable<keyof TabsOptions> = {
  name: "'shop'",
  watchdog: true,
  lifecycle: true,
  clock: clockOption,
  locks: true,
  openChannel: (value, option) => value === false || functionOption(value, option),
}

/** After that a page that was about to be left is still there. */
const RETURN_MS = 1_000

/** On the channel: an election message, or what a tab posted. */
type Wire = { readonly election: ElectionMessage } | { readonly data: unknown }

/**
 * Joins the tabs of a name: messages between them, and one leader for what only one tab should do, such as to poll or
 * to hold a socket.
 *
 * @throws ConfigError for an option that is wrong.
 *
 * @example
 * ```ts
 * import { createTabs } from '@hotpath/web'
 *
 * const tabs = createTabs({ name: 'shop' })
 * tabs.on('message', ({ data }) => console.log('another tab says', data))
 * tabs.on('leader', () => console.log('this tab polls'))
 * tabs.post('prices have changed')
 * tabs.close()
 * ```
 */
export function createTabs(options: TabsOptions): Tabs {
  checkOptions(options, 'createTabs', OPTIONS)
  const name = requiredString(options.name, 'name', "name: 'shop'")
  const { clock = systemClock, openChannel = openTabChannel } = options
  const watchdogMs = Math.max(1_000, toMs(options.watchdog ?? '5s', 'watchdog'))
  const locks = options.locks ?? globalThis.navigator?.locks
  const lifecycle = options.lifecycle ?? createLifecycle()
  const events = new PageEvents<TabsEvent>('tabs', 'message', 'leader', 'follower')
  const id = crypto.getRandomValues(new Uint32Array(2)).join('-')

  const channel = openChannel === false ? undefined : openChannel(`hotpath:${name}`)
  const send = channel === undefined ? undefined : (wire: Wire): void => channel.postMessage(wire)
  const election =
    locks === undefined || locks === false
      ? undefined
      : new Election({
          name,
          id,
          locks,
          clock,
          watchdogMs,
          send: send && ((message) => send({ election: message })),
          changed: (isLeader) => events.emit({ type: isLeader ? 'leader' : 'follower' }),
        })

  channel?.addEventListener('message', ({ data: received }) => {
    // Any script of the origin may post to the channel whatever it likes, and a page of another version too.
    const wire = Object(received) as { readonly data?: unknown; readonly election?: unknown }
    if ('data' in wire) events.emit({ type: 'message', data: wire.data })
    else election?.hear(wire.election)
  })
  channel?.addEventListener('messageerror', () => {
    events.fault(new HotpathError('ERR_LISTENER_THREW', 'A message of another tab could not be read. It was left out.'))
  })
  // Before `pagehide`, as Firefox keeps no page that holds a lock or waits for one, and Chromium none whose lock others wait for.
  events.listen(globalThis, 'beforeunload', () => {
    election?.resign()
    // The user may stay, and a download leaves no page.
    clock.after(RETURN_MS, () => {
      if (!events.isClosed) election?.stand()
    })
  })
  // A page that is frozen or kept for a way back can do nothing: another tab leads until it returns.
  const stopFollowing = lifecycle.on('*', ({ type }) => {
    if (type === 'frozen' || type === 'pagehide') election?.resign()
    else if (type === 'resumed' || type === 'pageshow') election?.stand()
  })
  election?.stand()

  return {
    id,
    get isLeader() {
      return election?.isLeader === true
    },
    canLead: election !== undefined,
    confirm: () => election?.renew() ?? Promise.resolve(false),
    post(data) {
      if (!events.isClosed) send?.({ data })
    },
    on: (type, listener) => events.on(type, listener),
    close() {
      // Its last event says that it leads no longer.
      election?.resign()
      events.close()
      stopFollowing()
      if (options.lifecycle === undefined) (lifecycle as Lifecycle).close()
      channel?.close()
    },
  }
}
