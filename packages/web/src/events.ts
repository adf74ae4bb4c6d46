import { EventBus, type HotpathError } from '@hotpath/contract'

/** A listener threw; the others were called, and the page went on. */
export interface FaultEvent {
  /** Which event. */
  readonly type: 'fault'
  /** `ERR_LISTENER_THREW` with what it threw as the cause, or what else went wrong in the background. */
  readonly error: HotpathError
}

/** What events of the browser come from: not every engine has each, and a server has none. */
type MaybeTarget = Partial<Pick<EventTarget, 'addEventListener'>> | null | undefined

/** Listeners of one part of the page, and its own to the browser. One that throws becomes a `fault` event. */
export class PageEvents<Event extends { readonly type: string }> extends EventBus<Event | FaultEvent> {
  readonly #end = new AbortController()

  /** @param types - Names of its events, but for `fault`. */
  constructor(subject: string, ...types: readonly Event['type'][]) {
    const known = Object.fromEntries([...types, 'fault'].map((type) => [type, true]))
    super(known as never, { subject, wentOn: 'The page' })
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.#end.signal.aborted
  }

  /** Listens to the browser until `close`. */
  listen<Native = unknown>(target: MaybeTarget, type: string, listener: (event: Native) => void): void {
    target?.addEventListener?.(type, listener as never, { signal: this.#end.signal, capture: true })
  }

  /** Ends all subscriptions, and its own to the browser. */
  close(): void {
    this.#end.abort()
    this.clear()
  }

  override fault(error: HotpathError): void {
    this.emit({ type: 'fault', error })
  }
}
