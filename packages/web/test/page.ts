/** As much of a page as a part listens to, put in place of what Node lacks. */
import { vi } from 'vitest'

/** A page whose events a test fires. */
export interface StandIn {
  readonly document: EventTarget & { visibilityState: DocumentVisibilityState }
  readonly window: EventTarget
  fire(target: 'document' | 'window', type: string, members?: object): void
}

/** `vi.unstubAllGlobals()` ends it. */
export function standInPage(): StandIn {
  const visible: { visibilityState: DocumentVisibilityState } = { visibilityState: 'visible' }
  const document = Object.assign(new EventTarget(), visible)
  const window = new EventTarget()
  vi.stubGlobal('document', document)
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window))
  return {
    document,
    window,
    fire(target, type, members = {}) {
      const event = Object.assign(new Event(type), members)
      ;(target === 'document' ? document : window).dispatchEvent(event)
    },
  }
}
