/** Channels of one fake browser: a message reaches all other channels of the name, in a later turn. */
import type { TabChannel } from '@hotpath/web'

type Listener = (event: { readonly data: unknown }) => void

/** Opens channels that know of each other. */
export function createFakeChannels(): (name: string) => TabChannel {
  const channels = new Map<string, Set<Listener>>()
  return (name) => {
    const listeners = channels.get(name) ?? new Set()
    channels.set(name, listeners)
    const own = new Set<Listener>()
    return {
      postMessage(data) {
        for (const listener of listeners) if (!own.has(listener)) queueMicrotask(() => listener({ data }))
      },
      addEventListener(type, listener) {
        if (type !== 'message') return
        own.add(listener)
        listeners.add(listener)
      },
      close() {
        for (const listener of own) listeners.delete(listener)
        own.clear()
      },
    }
  }
}
