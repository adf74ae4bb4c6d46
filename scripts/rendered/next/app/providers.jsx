'use client'

import { createCache, memory } from '@hotpath/core'
import { hydrate } from '@hotpath/observe/server-rendering'
import { CacheProvider, useCache } from '@hotpath/react'
import { useMemo, useState } from 'react'

/** In the layout: one cache for the whole visit, whichever pages are shown. */
export function Providers({ children }) {
  const [cache] = useState(() => createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' }))
  return <CacheProvider cache={cache}>{children}</CacheProvider>
}

/** In each page: what the server sent along, and what it sends when the router refreshes. */
export function Hydrate({ json, children }) {
  const cache = useCache()
  // Before the components below are rendered.
  useMemo(() => hydrate(cache, json), [cache, json])
  return children
}
