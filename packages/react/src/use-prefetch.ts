import { wrongOption } from '@hotpath/contract'
import { type Subject, observe, subjectOf } from '@hotpath/observe'
import { createIdle } from '@hotpath/web'
import { type RefCallback, useCallback, useInsertionEffect, useRef } from 'react'
import { useCacheIn } from './context.ts'

/** When something is loaded ahead: when the pointer or the focus is on an element, when it comes into view, or when the page is idle. */
export type PrefetchMoment = 'hover' | 'visible' | 'idle'

/**
 * Loads a key ahead of use, where there is nothing to show, at a moment of an element such as a link.
 *
 * @param subject - What to load, as `useCached` gets it there.
 * @param on - When. Default `'hover'`.
 * @returns For `ref` of the element.
 * @throws ConfigError for another `on`, or without a provider.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { CacheProvider, usePrefetch } from '@hotpath/react'
 * import { createElement } from 'react'
 * import { renderToString } from 'react-dom/server'
 *
 * const cityOf = (id: number) => ({ key: ['city', id], loader: async () => ({ name: 'Bern' }) })
 * function CityLink() {
 *   const ref = usePrefetch(cityOf(42), 'visible')
 *   return createElement('a', { ref, href: '/cities/42' }, 'Bern')
 * }
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
 * const page = createElement(CacheProvider, { cache }, createElement(CityLink))
 * console.log(renderToString(page)) // <a href="/cities/42">Bern</a>
 * await cache.close()
 * ```
 */
export function usePrefetch<Value, Data = Value, Previous = Value>(
  subject: Subject<Value, Data, Previous>,
  on: PrefetchMoment = 'hover',
): RefCallback<Element> {
  if (!Object.hasOwn(MOMENTS, on)) {
    throw wrongOption('on', "'hover', 'visible' or 'idle'", on, "Use for example `usePrefetch(subject, 'visible')`.")
  }
  const { key, loader, options } = subjectOf(subject)
  const cache = useCacheIn('usePrefetch')
  const prefetch = useRef(() => {})
  // Before the element gets its ref: the page may be idle before other effects run.
  useInsertionEffect(() => {
    prefetch.current = () => void observe(cache, key, loader, options).ready()
  })
  const stop = useRef(() => {})
  return useCallback(
    (element: Element | null) => {
      stop.current()
      stop.current = element === null ? () => {} : MOMENTS[on](element, () => prefetch.current())
    },
    [on],
  )
}

/** How each moment is waited for. Returns what ends that. */
const MOMENTS: Readonly<Record<PrefetchMoment, (element: Element, prefetch: () => void) => () => void>> = {
  hover(element, prefetch) {
    const types = ['pointerenter', 'focusin', 'touchstart']
    for (const type of types) element.addEventListener(type, prefetch, { passive: true })
    return () => {
      for (const type of types) element.removeEventListener(type, prefetch)
    }
  },
  visible(element, prefetch) {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return
      observer.disconnect()
      prefetch()
    })
    observer.observe(element)
    return () => observer.disconnect()
  },
  idle(_element, prefetch) {
    const idle = createIdle()
    idle.run(prefetch)
    return () => idle.close()
  },
}
