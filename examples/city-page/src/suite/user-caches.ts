/** Caches of two users, one after the other, in a page that opens one for each as the guides have it. */
import { createBrowserCache, endScope } from '@hotpath/browser'
import type { Cache } from '@hotpath/core'

const NAME = 'user-cache'

/** What a page shows of it, and what it does. */
export interface UserCaches {
  /** Whose turn it is. */
  user(): string
  /** Opens a cache for whoever that is. */
  open(): Cache
  /** A component is rendered with a cache. */
  show(cache: Cache): void
  /**
   * Renders `Hello` and the user, logs out, renders it for the next one, and takes it away.
   *
   * @param mount - Renders it into an element; the function that it returns takes it away.
   * @returns How many caches were open for the first and the second user, and whether each saw its own alone.
   */
  visit(mount: (container: Element) => () => void): Promise<unknown>
}

/** Begins with the first user. What is said on the console counts as a complaint. */
export function createUserCaches(): UserCaches {
  let user = 'ann'
  const opened: Cache[] = []
  const shown: Cache[] = []
  const complaints: string[] = []
  addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)))
  for (const level of ['error', 'warn'] as const)
    console[level] = (...parts: unknown[]) => complaints.push(parts.map(String).join(' '))

  async function openOnes(): Promise<Cache[]> {
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

  return {
    user: () => user,
    open() {
      const cache = createBrowserCache({ name: NAME, scope: user, ttl: '5m' })
      opened.push(cache)
      cache.on('fault', ({ error }) => complaints.push(error.message))
      return cache
    },
    show(cache) {
      if (!shown.includes(cache)) shown.push(cache)
    },
    async visit(mount) {
      const container = document.body.appendChild(document.createElement('div'))
      const unmount = mount(container)
      await holds(() => container.textContent === 'Hello ann')
      const [first] = await openOnes()
      const counts = [(await openOnes()).length]
      user = 'bea'
      await endScope(first as Cache)
      await holds(() => container.textContent === 'Hello bea')
      const [second] = await openOnes()
      counts.push((await openOnes()).length)
      unmount()
      await holds(async () => (await openOnes()).length === 0 && (await heldLocks()).length === 0)
      return { counts, isOneEach: shown[0] === first && shown[1] === second && shown.length === 2, complaints }
    },
  }
}

async function heldLocks(): Promise<readonly (string | undefined)[]> {
  const { held = [] } = await navigator.locks.query()
  return held.map(({ name }) => name).filter((name) => name?.includes(NAME))
}

async function holds(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; !(await condition()); turn++) {
    if (turn === 300)
      throw new Error(`It shows '${document.body.textContent}', and holds ${(await heldLocks()).join()}.`)
    await new Promise((resolve) => void setTimeout(resolve, 10))
  }
}
