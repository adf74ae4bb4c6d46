'use client'

import { hydrate } from '@hotpath/observe/server-rendering'
import { CacheProvider, useCache, useCached, useSuspenseCached } from '@hotpath/react'
import { Suspense, useEffect, useState } from 'react'
import { counts, loadCity, makeCache } from '../city.js'

/** Rendered on the server with what it sent along, and then in the page with the same. */
export function Cities({ json }) {
  const [cache] = useState(() => {
    const made = makeCache()
    hydrate(made, json)
    return made
  })
  return (
    <CacheProvider cache={cache}>
      <City />
      <Suspense fallback={<p>waiting</p>}>
        <Name />
      </Suspense>
    </CacheProvider>
  )
}

function City() {
  const cache = useCache()
  const { data, status } = useCached('city', loadCity)
  const [isHydrated, setHydrated] = useState(false)
  useEffect(() => setHydrated(true), [])
  return (
    <>
      <h1>{status === 'pending' ? 'Loading' : data.name}</h1>
      <time>{data?.seen.toISOString()}</time>
      <button onClick={() => cache.invalidate([{ key: 'city' }])}>
        {isHydrated ? `loads: ${counts.loads}` : 'not yet'}
      </button>
    </>
  )
}

function Name() {
  return <p>{useSuspenseCached('city', loadCity).data.name}</p>
}
