/** A page that shows a city, and follows what the server invalidates. */
import { createCache, memory } from '@hotpath/core'
import { attachInspector } from '@hotpath/observe/inspector'
import { observe, type Observer } from '@hotpath/observe'
import { mutation } from '@hotpath/observe/mutation'

interface City {
  readonly name: string
}

const errors: string[] = []
addEventListener('error', ({ message }) => errors.push(message))
addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)))

const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 30_000 })], ttl: '5m' })
const shown: (string | undefined)[] = []
let stop = (): void => {}

const city: Observer<City> = observe(
  cache,
  ['city', 42],
  async ({ signal }) => {
    const response = await fetch('/api/city', { signal, cache: 'no-store' })
    return (await response.json()) as City
  },
  { tags: ['cities'] },
)

const rename = mutation(
  cache,
  async (name: string, { signal }) => {
    const { ok } = await fetch('/api/city', { method: 'PUT', body: name, signal })
    if (!ok) throw new Error('refused')
  },
  { optimistic: () => [{ key: ['city', 42], update: (before: City, name) => ({ ...before, name }) }] },
)

/** Follows the server; resolves when it does. */
export async function follow(): Promise<void> {
  const events = new EventSource('/api/events')
  await new Promise<void>((resolve) => {
    events.addEventListener('message', ({ data }) => (data === 'ready' ? resolve() : void cache.invalidateTags([data])))
  })
}

export function show(): void {
  stop = city.subscribe(() => shown.push(city.snapshot().data?.name))
}

export function hideCity(): void {
  stop()
}

export function now(): { readonly name: string | undefined; readonly isFetching: boolean; readonly isStale: boolean } {
  const { data, isFetching, isStale } = city.snapshot()
  return { name: data?.name, isFetching, isStale }
}

/** What was shown, without what followed itself. */
export function history(): (string | undefined)[] {
  return shown.filter((name, index) => name !== shown[index - 1])
}

/** Renames, and returns what is shown at once. */
export function startRename(name: string): string | undefined {
  void rename.mutate(name).catch(() => {})
  return city.snapshot().data?.name
}

export function renameStatus(): string {
  return rename.snapshot().status
}

export function invalidate(): Promise<unknown> {
  return cache.invalidateTags(['cities'])
}

export function unhandled(): readonly string[] {
  return errors
}

/** How often a thousand observers are called for the invalidation of a tag. */
export async function callsOfThousand(): Promise<number> {
  let calls = 0
  const load = async (): Promise<number> => 1
  const stops = Array.from({ length: 1_000 }, (_, id) =>
    observe(cache, ['many', id], load, { tags: ['many'] }).subscribe(() => calls++),
  )
  await idle()
  calls = 0
  await cache.invalidateTags(['many'])
  await idle()
  for (const end of stops) end()
  await idle()
  return calls
}

/** Draws the inspector; returns what it says of the keys. */
export async function inspect(): Promise<readonly string[]> {
  const stop = attachInspector(cache, { open: true })
  await new Promise((resolve) => void setTimeout(resolve, 0))
  const root = document.querySelector('hotpath-inspector')?.shadowRoot
  const read = (): string[] => [...(root?.querySelectorAll('tbody tr') ?? [])].map((row) => row.textContent)
  const before = read()
  root?.querySelector<HTMLElement>('tbody tr')?.click()
  const [invalidateButton] = root?.querySelectorAll('button') ?? []
  invalidateButton?.click()
  await new Promise((resolve) => void setTimeout(resolve, 0))
  const lines = [...(root?.querySelectorAll('li') ?? [])].map((line) => line.textContent)
  stop()
  return [...before, `${document.querySelector('hotpath-inspector') === null}`, String(lines.length)]
}

async function idle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => void setTimeout(resolve, 0))
}
