import type { Browser, Tab } from './browser.ts'

/** Tabs for one test after another: to open one takes several times as long as to load a page in it. */
export class TabPool {
  readonly #browser: Browser
  readonly #used = new Set<Tab>()
  /** Tabs that went back: the driver of Firefox waits in vain for the next page in one whose page was restored. */
  readonly #restored = new WeakSet<Tab>()
  readonly #free: Tab[] = []

  constructor(browser: Browser) {
    this.#browser = browser
  }

  /** A tab in front, with that page. One that is closed is closed for real. */
  async open(url: string): Promise<Tab> {
    const tab = (await this.#reuse(url)) ?? (await this.#browser.open(url))
    const leave = async (end: () => Promise<void>): Promise<void> => {
      this.#used.delete(tab)
      await end()
    }
    this.#used.add(tab)
    const back = (): Promise<void> => {
      this.#restored.add(tab)
      return tab.back()
    }
    return { ...tab, back, close: () => leave(tab.close), kill: () => leave(tab.kill) }
  }

  /** Takes back what is open, and parks it on an empty page of the same site: a page of another one may cost a process. */
  async recycle(emptyPage = 'about:blank'): Promise<void> {
    for (const tab of this.#used) {
      // Ends the page with its locks, timers and messages.
      const isFree = !this.#restored.has(tab) && (await succeeds(tab.goto(emptyPage)))
      if (isFree) this.#free.push(tab)
      else await succeeds(tab.close())
    }
    this.#used.clear()
  }

  async #reuse(url: string): Promise<Tab | undefined> {
    const tab = this.#free.shift()
    if (tab === undefined) return undefined
    return (await succeeds(tab.show().then(() => tab.goto(url)))) ? tab : undefined
  }
}

/** A tab that went with its browser can do nothing any more. */
function succeeds(done: Promise<void>): Promise<boolean> {
  return done.then(
    () => true,
    () => false,
  )
}
