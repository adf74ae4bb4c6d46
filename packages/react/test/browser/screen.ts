/** A part of a page that a test looks at. */
import { type Cache, createCache, memory } from '@hotpath/core'
import { CacheProvider } from '@hotpath/react'
import { type ReactNode, StrictMode, createElement } from 'react'
import { type Root, createRoot } from 'react-dom/client'

/** What was rendered, with a cache of its own. */
export interface Screen {
  readonly cache: Cache
  readonly root: Root
  /** Resolves when it shows a string; rejects when it does not in the end. */
  shows(expected: string): Promise<void>
  text(): string
  element(selector: string): HTMLElement
  render(node: ReactNode): void
  leave(): Promise<void>
}

const complaints: string[] = []
addEventListener('error', ({ message }) => complaints.push(message))
addEventListener('unhandledrejection', ({ reason }) => complaints.push(`unhandled: ${String(reason)}`))
// It warns there of what is wrong with components.
console.error = (...parts: unknown[]) => complaints.push(parts.map(String).join(' '))

/** What the browser and React have complained of since the last call. */
export function complained(): string[] {
  return complaints.splice(0)
}

export function makeCache(): Cache {
  return createCache({ name: 'test', tiers: [memory({ maxEntries: 10_000 })], ttl: '5m' })
}

export function screenOf(node: ReactNode, { isStrict = true }: { readonly isStrict?: boolean } = {}): Screen {
  const cache = makeCache()
  const container = document.body.appendChild(document.createElement('div'))
  const root = createRoot(container, { onCaughtError: () => {}, onUncaughtError: () => {} })
  const render = (next: ReactNode): void => {
    const page = createElement(CacheProvider, { cache }, next)
    root.render(isStrict ? createElement(StrictMode, null, page) : page)
  }
  const text = (): string => container.textContent ?? ''
  render(node)
  return {
    cache,
    root,
    render,
    text,
    element: (selector) => container.querySelector(selector) as HTMLElement,
    shows: (expected) =>
      eventually(
        () => text() === expected,
        () => `It shows '${text()}', not '${expected}'.`,
      ),
    async leave() {
      root.unmount()
      container.remove()
      await cache.close()
    },
  }
}

/** Resolves when something holds; a page that others slow down gets its time. */
export async function eventually(holds: () => boolean, reason: () => string): Promise<void> {
  for (let turn = 0; !holds(); turn++) {
    if (turn === 500) throw new Error(reason())
    await new Promise((resolve) => void setTimeout(resolve, 10))
  }
}

/** Resolves when the page has nothing to do any more. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => void setTimeout(resolve, 0))
}

/** A promise that the test settles. */
export function later<Value = void>(): { readonly promise: Promise<Value>; readonly resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {}
  const promise = new Promise<Value>((resolveNow) => (resolve = resolveNow))
  return { promise, resolve }
}
