/** A cache for each user, as the guide to React has it, in a page whose components are mounted twice. */
import { createBrowserCache, endScope, onScopeEnd } from '@hotpath/browser'
import type { Cache } from '@hotpath/observe'
import { CacheProvider, useCache, useCached } from '@hotpath/react'
import { type ReactNode, StrictMode, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'

let user = 'ann'
const opened: Cache[] = []
const shown: Cache[] = []
const complaints: string[] = []
addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)))
console.error = (...parts: unknown[]) => complaints.push(parts.map(String).join(' '))

function openCache(): Cache {
  const cache = createBrowserCache({ name: 'user-cache', scope: user, ttl: '5m' })
  opened.push(cache)
  cache.on('fault', ({ error }) => complaints.push(error.message))
  return cache
}

function UserCache({ children }: { readonly children: ReactNode }) {
  const [cache, setCache] = useState<Cache>()
  const [session, setSession] = useState(0)
  useEffect(() => {
    const opened = openCache()
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
  const cache = useCache()
  if (!shown.includes(cache)) shown.push(cache)
  return <p>{useCached('greeting', async () => `Hello ${user}`).data}</p>
}

/** How many are open: for the first user, for the second, and when the component has gone; and which were shown. */
export async function visit(): Promise<unknown> {
  const container = document.body.appendChild(document.createElement('div'))
  const root = createRoot(container)
  root.render(
    <StrictMode>
      <UserCache>
        <Greeting />
      </UserCache>
    </StrictMode>,
  )
  await holds(() => container.textContent === 'Hello ann')
  const [first] = await open()
  const counts = [(await open()).length]
  user = 'bea'
  await endScope(first as Cache)
  await holds(() => container.textContent === 'Hello bea')
  const [second] = await open()
  counts.push((await open()).length)
  root.unmount()
  await holds(async () => (await open()).length === 0 && (await heldLocks()).length === 0)
  return {
    counts,
    isOneEach: shown[0] === first && shown[1] === second && shown.length === 2,
    complaints,
  }
}

async function open(): Promise<Cache[]> {
  const isOpen = await Promise.all(
    opened.map((cache) =>
      cache.get('greeting').then(
        () => true,
        () => false,
      ),
    ),
  )
  return opened.filter((_, index) => isOpen[index])
}

async function heldLocks(): Promise<readonly (string | undefined)[]> {
  const { held = [] } = await navigator.locks.query()
  return held.map(({ name }) => name).filter((name) => name?.includes('user-cache'))
}

async function holds(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; !(await condition()); turn++) {
    if (turn === 300)
      throw new Error(`It shows '${document.body.textContent}', and holds ${(await heldLocks()).join()}.`)
    await new Promise((resolve) => void setTimeout(resolve, 10))
  }
}
