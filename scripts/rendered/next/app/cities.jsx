'use client'

import { useCache, useCached, useSuspenseCached } from '@hotpath/react'
import { useRouter } from 'next/navigation'
import { Suspense, useEffect, useState } from 'react'
import { counts, loadCity } from '../city.js'

/** Rendered on the server with what it sent along, and then in the page with the same. */
export function Cities() {
  return (
    <>
      <City />
      <Suspense fallback={<p>waiting</p>}>
        <Name />
      </Suspense>
    </>
  )
}

function City() {
  const cache = useCache()
  const router = useRouter()
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
      <button id="refresh" onClick={() => router.refresh()}>
        Refresh
      </button>
    </>
  )
}

function Name() {
  return <p>{useSuspenseCached('city', loadCity).data.name}</p>
}
