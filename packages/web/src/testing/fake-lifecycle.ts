import { PageEvents } from '../events.ts'
import type { Lifecycle, LifecycleEvent } from '../lifecycle.ts'

/** A lifecycle that a test moves. It emits what all browsers emit, in their order. */
export interface FakeLifecycle extends Lifecycle {
  /** Another tab comes to the front. */
  hide(): void
  /** The tab comes to the front. */
  show(): void
  /** The hidden page is frozen; a visible one is hidden first. */
  freeze(): void
  /** A frozen page goes on, still hidden. */
  resume(): void
  /** The user goes to another page. `restorable`: this one is kept for a way back. Default `true`. */
  leave(options?: { readonly restorable?: boolean | undefined }): void
  /** The user comes back to the page that was left. */
  restore(): void
}

/**
 * Makes a page that is visible.
 *
 * @example
 * ```ts
 * import { createFakeLifecycle } from '@hotpath/web/testing'
 *
 * const lifecycle = createFakeLifecycle()
 * lifecycle.on('*', ({ type }) => console.log(type)) // hidden
 * // frozen
 * lifecycle.freeze()
 * console.log(lifecycle.state) // frozen
 * ```
 */
export function createFakeLifecycle(): FakeLifecycle {
  const events = new PageEvents<LifecycleEvent>(
    'lifecycle',
    'visible',
    'hidden',
    'frozen',
    'resumed',
    'pageshow',
    'pagehide',
  )
  let state: Lifecycle['state'] = 'visible'
  const become = (next: Lifecycle['state'], event: LifecycleEvent): void => {
    state = next
    events.emit(event)
  }
  const hide = (): void => {
    if (state === 'visible') become('hidden', { type: 'hidden' })
  }
  return {
    get state() {
      return state
    },
    on: (type, listener) => events.on(type, listener),
    close: () => events.close(),
    hide,
    show() {
      if (state === 'frozen') become('hidden', { type: 'resumed' })
      if (state === 'hidden') become('visible', { type: 'visible' })
    },
    freeze() {
      hide()
      if (state === 'hidden') become('frozen', { type: 'frozen' })
    },
    resume() {
      if (state === 'frozen') become('hidden', { type: 'resumed' })
    },
    leave({ restorable = true } = {}) {
      if (state === 'left') return
      const wasVisible = state === 'visible'
      become('left', { type: 'pagehide', restorable })
      if (wasVisible) events.emit({ type: 'hidden' })
    },
    restore() {
      if (state !== 'left') return
      become('visible', { type: 'visible' })
      events.emit({ type: 'pageshow', restored: true })
    },
  }
}
