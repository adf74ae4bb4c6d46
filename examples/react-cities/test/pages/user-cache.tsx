/** A cache for each user, as the guide to React has it, in a page whose components are mounted twice. */
import { onScopeEnd } from '@hotpath/browser'
import type { Cache } from '@hotpath/observe'
import { CacheProvider, useCache, useCached } from '@hotpath/react'
import { createUserCaches } from 'city-page-example/user-caches'
import { type ReactNode, StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'

const caches = createUserCaches()

function UserCache({ children }: { readonly children: ReactNode }) {
  const [cache, setCache] = useState<Cache>()
  const [session, setSession] = useState(0)
  useEffect(() => {
    const opened = caches.open()
    setCache(opened)
    const stop = onScopeEnd(opened, () => setSession(session + 1))
    return () => {
      stop()
      void opened.close()
    }
  }, [session])
  return cache && <CacheProvider cache={cache}>{children}</CacheProvider>
}

function Greeting() {
  caches.show(useCache())
  return <p>{useCached('greeting', async () => `Hello ${caches.user()}`).data}</p>
}

/** See `UserCaches`. */
export function visit(): Promise<unknown> {
  return caches.visit((container) => {
    const root = createRoot(container)
    root.render(
      <StrictMode>
        <UserCache>
          <Greeting />
        </UserCache>
      </StrictMode>,
    )
    return () => root.unmount()
  })
}
