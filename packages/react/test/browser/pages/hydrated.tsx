/** Takes over what a server rendered. */
import { CacheProvider } from '@hotpath/react'
import { hydrate } from '@hotpath/observe/server-rendering'
import { hydrateRoot } from 'react-dom/client'
import { App, CITY, NOTES } from '../apps.tsx'
import { complained, eventually, makeCache, quiet } from '../screen.ts'

/**
 * Shows what the server sent, and loads what is invalidated then; returns what is shown between.
 *
 * @param stored - Of another tab, before the page has taken over.
 */
export async function takeOver(html: string, json: string, stored?: string): Promise<unknown> {
  const cache = makeCache()
  const container = document.body.appendChild(document.createElement('div'))
  // Its scripts run, as those of a page do.
  container.append(document.createRange().createContextualFragment(html))
  const text = (): string => container.innerText.replaceAll(/\s+/g, ' ').trim()
  await eventually(
    () => text().includes('note of the server'),
    () => text(),
  )
  hydrate(cache, json)
  if (stored !== undefined) await cache.set(CITY, stored)
  const errors: string[] = []
  const onRecoverableError = (error: unknown): void => void errors.push(String(error))
  const page = (
    <CacheProvider cache={cache}>
      <App where="page" />
    </CacheProvider>
  )
  const root = hydrateRoot(container, page, { onRecoverableError })
  await quiet()
  const after = text()
  await cache.invalidate([{ key: CITY }, { key: NOTES }])
  await eventually(
    () => text() === 'Bern of the page note of the page',
    () => text(),
  )
  root.unmount()
  container.remove()
  await cache.close()
  return { after, errors, complaints: complained() }
}
