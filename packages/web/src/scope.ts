import { systemClock } from '@hotpath/contract'

/** What a scope can hold. */
export type ScopeKind = 'listener' | 'timer' | 'observer' | 'objectUrl' | 'controller' | 'other'

/** What a scope has ended, because nothing else had before. */
export interface ScopeReport {
  /** How many of each kind were left. */
  readonly left: Readonly<Record<ScopeKind, number>>
  /** What was thrown while they were ended; the rest was ended all the same. */
  readonly errors: readonly unknown[]
}

/** What every observer of the browser has. */
export interface Disconnectable {
  /** Ends it. */
  disconnect(): void
}

/** How an event is listened to, as `addEventListener` takes it. */
export interface ListenOptions {
  /** Before the listeners of what is inside the target. Default `false`. */
  readonly capture?: boolean
  /** For the first event alone. Default `false`. */
  readonly once?: boolean
  /** The listener never calls `preventDefault`, so that scrolling need not wait for it. Default: as the browser has it. */
  readonly passive?: boolean
  /** Ends it too. */
  readonly signal?: AbortSignal
}

/** Things that end together, as on a change of route. */
export interface Scope {
  /** Aborted when the scope ends: hand it to requests. */
  readonly signal: AbortSignal
  /** Listens to a target; the function that it returns ends that. */
  listen(target: EventTarget, type: string, listener: (event: Event) => void, options?: ListenOptions): () => void
  /** Calls once after so many milliseconds, also more than 2^31; the function that it returns calls that off. */
  timeout(callback: () => void, delayMs: number): () => void
  /** Calls every so many milliseconds; the function that it returns ends that. */
  interval(callback: () => void, delayMs: number): () => void
  /** Keeps an observer of intersections, sizes, mutations or performance entries until the scope ends. */
  observer<Observer extends Disconnectable>(observer: Observer): Observer
  /** Makes a URL of a blob that is valid until the scope ends. */
  objectUrl(blob: Blob): string
  /** A controller that is aborted when the scope ends, for a request that may be aborted before. */
  controller(): AbortController
  /** Calls a function when the scope ends, unless the function that it returns was called before: that calls it. */
  add(end: () => void): () => void
  /** A scope that ends with this one at the latest. */
  child(): Scope
  /** Ends all that is left, the last first, and says what it was. Twice does no harm; what is added later ends at once. */
  end(): ScopeReport
}

/**
 * Makes a scope for what would otherwise be forgotten: listeners, timers, observers, object URLs and controllers.
 *
 * @example
 * ```ts
 * import { createScope } from '@hotpath/web'
 *
 * const route = createScope()
 * const stop = route.interval(() => {}, 60_000)
 * route.listen(new EventTarget(), 'scroll', () => {})
 * stop()
 * console.log(route.end().left.timer) // 0
 * console.log(route.signal.aborted) // true
 * ```
 */
export function createScope(): Scope {
  const held = new Map<() => void, ScopeKind>()
  const own = new AbortController()

  function hold(kind: ScopeKind, end: () => void): () => void {
    const once = (): void => {
      if (held.delete(once)) end()
    }
    held.set(once, kind)
    if (own.signal.aborted) once()
    return once
  }

  const scope: Scope = {
    signal: own.signal,
    listen(target, type, listener, options = {}) {
      const heard = options.once === true ? (event: Event): void => (stop(), listener(event)) : listener
      target.addEventListener(type, heard, options)
      const stop = hold('listener', () => target.removeEventListener(type, heard, options))
      return stop
    },
    timeout(callback, delayMs) {
      const stop = hold(
        'timer',
        systemClock.after(delayMs, () => (stop(), callback())),
      )
      return stop
    },
    interval(callback, delayMs) {
      let cancel = (): void => {}
      const arm = (): void => {
        cancel = systemClock.after(delayMs, () => (arm(), callback()))
      }
      arm()
      return hold('timer', () => cancel())
    },
    observer(observer) {
      hold('observer', () => observer.disconnect())
      return observer
    },
    objectUrl(blob) {
      const url = URL.createObjectURL(blob)
      hold('objectUrl', () => URL.revokeObjectURL(url))
      return url
    },
    controller() {
      const controller = new AbortController()
      const stop = hold('controller', () => controller.abort())
      controller.signal.addEventListener('abort', stop)
      return controller
    },
    add: (end) => hold('other', end),
    child() {
      const child = createScope()
      const stop = hold('other', () => void child.end())
      child.add(stop)
      return child
    },
    end() {
      const left = { listener: 0, timer: 0, observer: 0, objectUrl: 0, controller: 0, other: 0 }
      const errors: unknown[] = []
      own.abort()
      for (const [end, kind] of [...held].toReversed()) {
        // What was held by something that has just ended may be gone.
        if (!held.has(end)) continue
        left[kind]++
        try {
          end()
        } catch (error) {
          errors.push(error)
        }
      }
      return { left, errors }
    },
  }
  return scope
}
