import {
  checkOptions,
  type Clock,
  clockOption,
  type Duration,
  type EventNamed,
  functionOption,
  type OptionTable,
  type Random,
  systemClock,
  toMs,
} from '@hotpath/contract'
import { type FaultEvent, PageEvents } from './events.ts'
import type { Lifecycle } from './lifecycle.ts'

/** The network came or went, as far as requests know. */
export type ConnectivityEvent =
  | {
      /** The server can be reached again. */
      readonly type: 'online'
    }
  | {
      /** It cannot be reached. */
      readonly type: 'offline'
    }

/** How to find out whether the network is back. */
export interface ConnectivityOptions {
  /**
   * Resolves when the server was reached, for example `(signal) => fetch('/health', { method: 'HEAD', signal })`. Without
   * it the next request that succeeds ends `offline`.
   */
  readonly probe?: ((signal: AbortSignal) => Promise<unknown>) | undefined
  /** Time to the first probe; doubled after each that fails, and shortened at random by up to a half. Default `'1s'`. */
  readonly delay?: Duration | undefined
  /** Longest time between two probes. Default `'1m'`. */
  readonly maxDelay?: Duration | undefined
  /** How long a probe may take. Default `'5s'`. */
  readonly timeout?: Duration | undefined
  /** Nothing is probed while the page is hidden; when it is visible again, at once. Default: always visible. */
  readonly lifecycle?: Pick<Lifecycle, 'state' | 'on'> | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
  /** Default `Math.random`. */
  readonly random?: Random | undefined
}

/** Whether the network is there. */
export interface Connectivity {
  /** What the last request or probe has shown; before the first one, what the browser believes. */
  readonly isOnline: boolean
  /** A request got a response, whatever its status. */
  succeeded(): void
  /** A request got no response. A probe finds out whether it was the network. */
  failed(): void
  /** Probes at once. Resolves to what is known then; without `probe` to what was known before. Never rejects. */
  check(): Promise<boolean>
  /**
   * Listens; the function that it returns ends that. A listener that throws becomes a `fault` event.
   *
   * @param type - The event, or `'*'` for all.
   * @throws ConfigError `ERR_CONFIG_OPTION` for an event that there is not.
   */
  on<Type extends ConnectivityEvent['type'] | 'fault' | '*'>(
    type: Type,
    listener: (event: EventNamed<ConnectivityEvent | FaultEvent, Type>) => void,
  ): () => void
  /** Ends all subscriptions, timers and probes. */
  close(): void
}

const OPTIONS: OptionTable<keyof ConnectivityOptions> = {
  probe: functionOption,
  delay: true,
  maxDelay: true,
  timeout: true,
  lifecycle: true,
  clock: clockOption,
  random: functionOption,
}

/**
 * Learns from requests whether the network is there. `navigator.onLine` is a hint: `true` says nothing (a router without
 * a line is enough), and `false` may be wrong too, so a probe checks both where there is one.
 *
 * @throws ConfigError for an option that is wrong.
 *
 * @example
 * ```ts
 * import { createConnectivity } from '@hotpath/web'
 *
 * const connectivity = createConnectivity({ probe: (signal) => fetch('/health', { method: 'HEAD', signal }) })
 * connectivity.on('offline', () => console.log('showing what is stored')) // showing what is stored
 * connectivity.failed()
 * connectivity.close()
 * ```
 */
export function createConnectivity(options: ConnectivityOptions = {}): Connectivity {
  checkOptions(options, 'createConnectivity', OPTIONS)
  const { probe, lifecycle, clock = systemClock, random = Math.random } = options
  const delayMs = toMs(options.delay ?? '1s', 'delay')
  const maxDelayMs = toMs(options.maxDelay ?? '1m', 'maxDelay')
  const timeoutMs = toMs(options.timeout ?? '5s', 'timeout')
  const events = new PageEvents<ConnectivityEvent>('connectivity', 'online', 'offline')
  let isOnline = globalThis.navigator?.onLine ?? true
  let failures = 0
  let probing: Promise<boolean> | undefined
  let abortProbe = (): void => {}
  let cancelTimer = (): void => {}

  const isHidden = (): boolean => lifecycle !== undefined && lifecycle.state !== 'visible'

  function learn(online: boolean): void {
    if (online) {
      failures = 0
      cancelTimer()
    }
    if (online !== isOnline) {
      isOnline = online
      events.emit({ type: online ? 'online' : 'offline' })
    }
  }

  /** The next probe, if the network is away and somebody sees the page. */
  function schedule(): void {
    cancelTimer()
    if (isOnline || probe === undefined || isHidden() || events.isClosed) return
    cancelTimer = clock.after(backoff(failures, { delayMs, maxDelayMs, random }), () => void check())
  }

  function check(): Promise<boolean> {
    if (probe === undefined || events.isClosed) return Promise.resolve(isOnline)
    cancelTimer()
    probing ??= reach(probe).finally(() => {
      probing = undefined
      schedule()
    })
    return probing
  }

  async function reach(probe: (signal: AbortSignal) => Promise<unknown>): Promise<boolean> {
    const controller = new AbortController()
    const { signal } = controller
    abortProbe = () => controller.abort()
    const cancel = clock.after(timeoutMs, abortProbe)
    const online = await new Promise<boolean>((resolve) => {
      // A probe may ignore its signal, or throw before it returns a promise.
      signal.addEventListener('abort', () => resolve(false))
      const probed = async (): Promise<unknown> => probe(signal)
      probed().then(
        () => resolve(true),
        () => resolve(false),
      )
    })
    cancel()
    // A request that succeeded meanwhile has aborted this probe, and knows better.
    if (!online && signal.aborted && failures === 0 && isOnline) return true
    if (events.isClosed) return isOnline
    if (!online) failures++
    learn(online)
    return online
  }

  const hint = (): void => {
    if (probe === undefined) learn(globalThis.navigator.onLine)
    else void check()
  }
  for (const type of ['online', 'offline']) events.listen(globalThis, type, hint)
  const stopFollowing = lifecycle?.on('*', () => {
    if (isHidden()) cancelTimer()
    else if (!isOnline) void check()
  })
  if (!isOnline) schedule()

  return {
    get isOnline() {
      return isOnline
    },
    succeeded() {
      learn(true)
      abortProbe()
    },
    failed() {
      if (events.isClosed) return
      const wasOnline = isOnline
      learn(false)
      if (wasOnline && probing === undefined) schedule()
    },
    check,
    on: (type, listener) => events.on(type, listener),
    close() {
      events.close()
      cancelTimer()
      abortProbe()
      stopFollowing?.()
    },
  }
}

interface Backoff {
  readonly delayMs: number
  readonly maxDelayMs: number
  readonly random: Random
}

/** Doubled after each failure, and at random, so that the pages of a building do not come back together. */
function backoff(failures: number, { delayMs, maxDelayMs, random }: Backoff): number {
  return Math.min(maxDelayMs, delayMs * 2 ** failures) * (1 - random() / 2)
}
