import type { CacheEventType, CacheListener } from '@hotpath/core'
import { insideOf } from '@hotpath/core/inside'
import { useEffect, useRef } from 'react'
import { useCacheIn } from './context.ts'

/**
 * Calls for each event of a type, or of all as `'*'`, while the component is on screen. The listener is that of the last render.
 *
 * @throws ConfigError without a provider.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { CacheProvider, useCacheEvents } from '@hotpath/react'
 * import { createElement, useState } from 'react'
 * import { renderToString } from 'react-dom/server'
 *
 * function Faults() {
 *   const [count, setCount] = useState(0)
 *   useCacheEvents('fault', () => setCount((before) => before + 1))
 *   return `${count} faults`
 * }
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })] })
 * console.log(renderToString(createElement(CacheProvider, { cache }, createElement(Faults)))) // 0 faults
 * await cache.close()
 * ```
 */
export function useCacheEvents<Type extends CacheEventType | '*'>(type: Type, listener: CacheListener<Type>): void {
  const cache = useCacheIn('useCacheEvents')
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  useEffect(() => {
    // A component may be rendered after a log-out in another tab.
    if (!insideOf(cache).isClosed) return cache.on(type, (event) => latest.current(event))
    return undefined
  }, [cache, type])
}
