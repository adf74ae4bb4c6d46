import type { Clock } from '@hotpath/contract'
import type { TabChannel } from '../tabs/platform.ts'
import { createTabs, type Tabs, type TabsOptions } from '../tabs/tabs.ts'
import { createFakeLifecycle, type FakeLifecycle } from './fake-lifecycle.ts'
import { FakeLocks } from './fake-locks.ts'

/** A tab, and what may happen to it. */
export interface FakeTab {
  /** As the code of the tab sees it. */
  readonly tabs: Tabs
  /** Its page. */
  readonly lifecycle: FakeLifecycle
  /** Its thread is busy: no timer, message or lock reaches it. */
  hang(): void
  /** What it missed comes now, in its order; timers first. */
  wake(): void
  /** It is gone without having had a chance to do anything. */
  crash(): void
}

/** The tabs of one browser. */
export interface FakeTabs {
  /** Opens a tab; the code of each runs as in a browser, over fake locks and channels. */
  open(options: Pick<TabsOptions, 'name' | 'watchdog'>): FakeTab
}

/** What reaches a tab waits while its thread is busy. */
class Thread {
  #isBusy = false
  #isGone = false
  #waiting: (() => void)[] = []

  run(task: () => void): void {
    if (this.#isGone) return
    if (this.#isBusy) this.#waiting.push(task)
    else task()
  }

  hang(): void {
    this.#isBusy = true
  }

  wake(): void {
    this.#isBusy = false
    const waiting = this.#waiting
    this.#waiting = []
    for (const task of waiting) this.run(task)
  }

  end(): void {
    this.#isGone = true
  }
}

/**
 * Makes a browser without tabs. What passes between them takes a turn; time is that of a clock that you move.
 *
 * @example
 * ```ts
 * import { createFakeClock } from '@hotpath/testkit'
 * import { createFakeTabs } from '@hotpath/web/testing'
 *
 * const clock = createFakeClock()
 * const browser = createFakeTabs({ clock })
 * const first = browser.open({ name: 'shop' })
 * const second = browser.open({ name: 'shop' })
 * await clock.advanceAsync(0)
 * console.log(first.tabs.isLeader, second.tabs.isLeader) // true false
 * first.crash()
 * await clock.advanceAsync(0)
 * console.log(second.tabs.isLeader) // true
 * ```
 */
export function createFakeTabs({ clock }: { readonly clock: Clock }): FakeTabs {
  const locks = new FakeLocks()
  const channels = new Set<{ readonly name: string; readonly hear: (data: unknown) => void }>()
  let opened = 0

  function openChannel(name: string, thread: Thread): TabChannel {
    const listeners: ((event: { readonly data: unknown }) => void)[] = []
    const own = {
      name,
      hear: (data: unknown) => thread.run(() => listeners.forEach((listener) => listener({ data }))),
    }
    channels.add(own)
    return {
      postMessage(message) {
        if (!channels.has(own)) throw new DOMException('Channel is closed', 'InvalidStateError')
        const data: unknown = structuredClone(message)
        const others = [...channels].filter((other) => other !== own && other.name === name)
        for (const { hear } of others) queueMicrotask(() => hear(data))
      },
      addEventListener: (type, listener) => void (type === 'message' && listeners.push(listener)),
      close: () => void channels.delete(own),
    }
  }

  return {
    open(options) {
      const client = `client${++opened}`
      const thread = new Thread()
      const lifecycle = createFakeLifecycle()
      const own = locks.of(client)
      const tabs = createTabs({
        ...options,
        lifecycle,
        clock: { ...clock, after: (delayMs, callback) => clock.after(delayMs, () => thread.run(callback)) },
        openChannel: (name) => openChannel(name, thread),
        locks: {
          query: () => onThread(thread, own.query()),
          request: (name, lock, run) =>
            onThread(
              thread,
              own.request(name, lock, () => new Promise((resolve) => thread.run(() => void run().then(resolve)))),
            ),
        },
      })
      return {
        tabs,
        lifecycle,
        hang: () => thread.hang(),
        wake: () => thread.wake(),
        crash() {
          thread.end()
          locks.drop(client)
        },
      }
    },
  }
}

/** What a promise brings waits for the thread as anything else. */
function onThread<Value>(thread: Thread, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    promise.then(
      (value) => thread.run(() => resolve(value)),
      (error: unknown) => thread.run(() => reject(error)),
    )
  })
}
