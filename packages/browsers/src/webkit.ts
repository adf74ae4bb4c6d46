import { globSync } from 'node:fs'
import { freePort } from '../../../scripts/free-port.ts'
import { abilitiesOf, browserWithout, tabWithout } from './abilities.ts'
import { type Browser, type LaunchOptions, LOADED, pageApi, type Tab } from './browser.ts'
import { type GuardedProcess, launchGuarded } from './guarded.ts'
import { until } from './patience.ts'
import { createProfile, type Profile } from './profile.ts'
import { type Session, startSession } from './webdriver.ts'

/** Debian's build of the engine has a small browser for tests, which needs a screen. */
const BROWSER = '/usr/lib/*/webkit2gtk-4.*/MiniBrowser'

/** Nothing can be stored; locks and channels are there. */
const DENIES_STORAGE = ['--enable-html5-local-storage=false', '--enable-html5-database=false']

/** Starts it, on a screen of its own. */
export async function launchWebkit(file: string, { deniesStorage = false }: LaunchOptions = {}): Promise<Browser> {
  const [binary] = globSync(BROWSER)
  if (binary === undefined) throw new Error(`There is no ${BROWSER}. Install webkit2gtk-driver.`)
  const profile = createProfile('webkit')
  const screen = await startScreen(profile)
  const args = ['--automation', ...(deniesStorage ? DENIES_STORAGE : [])]
  const start = () => connect({ file, binary, args, display: screen.display }, profile)
  let running = await start().catch((error: unknown) => {
    screen.kill()
    profile.remove()
    throw error
  })
  return {
    engine: 'webkit',
    version: running.session.version,
    can: abilitiesOf('webkit'),
    ...browserWithout('webkit'),
    async open(url) {
      // The tab that it starts with stays: closing the last one would end the session.
      const tab = webkitTab(running.session, await running.session.newTab())
      if (url !== undefined) await tab.goto(url)
      return tab
    },
    async endStorageProcess() {
      running.killChildren('WebKitNetworkProcess')
    },
    async restart() {
      await running.stop()
      running = await start()
    },
    async close() {
      await running.stop()
      screen.kill()
      profile.remove()
    },
  }
}

const ARRIVED = "globalThis.isLeft === undefined && document.readyState === 'complete'"

function webkitTab(session: Session, handle: string): Tab {
  const evaluate = <Value>(expression: string): Promise<Value> => session.evaluate<Value>(handle, expression)
  // Each tab has a window of its own, which the driver takes a second to show.
  let isHidden = false
  /** Sends a command that loads a page. The driver may respond before the page of before has gone. */
  const leave = async (command: string, body?: object): Promise<void> => {
    await evaluate('void (globalThis.isLeft = true)')
    await session.post(handle, command, body)
    await until('the next page is loaded', () => evaluate<boolean>(ARRIVED).catch(() => false))
  }
  return {
    ...tabWithout('webkit'),
    evaluate,
    page: () => pageApi(evaluate),
    goto: (url) => leave('url', { url }),
    press: (key) => session.post(handle, 'actions', pressing(key)),
    reload: () => leave('refresh'),
    async back() {
      const here = await evaluate<string>('location.href')
      await session.post(handle, 'back')
      await until(`leaving ${here}`, async () => ((await evaluate(LOADED).catch(() => null)) ?? here) !== here)
    },
    async hide() {
      isHidden = true
      await session.post(handle, 'window/minimize')
    },
    async show() {
      if (isHidden) await session.post(handle, 'window/maximize')
      isHidden = false
    },
    close: () => session.close(handle),
  }
}

/** As WebDriver has them. */
const KEYS: Readonly<Record<string, string>> = { Tab: '\uE004', Enter: '\uE007', Escape: '\uE00C', Space: ' ' }

function pressing(key: string): object {
  const value = KEYS[key] ?? key
  const steps = ['keyDown', 'keyUp'].map((type) => ({ type, value }))
  return { actions: [{ type: 'key', id: 'keyboard', actions: steps }] }
}

async function startScreen({ dir }: Profile): Promise<GuardedProcess & { readonly display: string }> {
  let display = ''
  // It takes the first number that is free, and reports it.
  const screen = await launchGuarded(dir, {
    file: 'Xvfb',
    args: ['-displayfd', '1', '-nolisten', 'tcp', '-screen', '0', '1024x768x24'],
    isReady: (output) => {
      display = /(\d+)\n/.exec(output)?.[1] ?? ''
      return display !== ''
    },
  })
  return { ...screen, display: `:${display}` }
}

interface Running {
  readonly session: Session
  /** Kills the processes of that name that it has started. */
  killChildren(name: string): void
  stop(): Promise<void>
}

interface Start {
  /** The driver. */
  readonly file: string
  /** The browser that it starts. */
  readonly binary: string
  readonly args: readonly string[]
  readonly display: string
}

async function connect({ file, binary, args, display }: Start, { dir }: Profile): Promise<Running> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const { kill, killChildren } = await launchGuarded(dir, {
    file,
    args: [`--port=${port}`],
    options: {
      env: {
        ...process.env,
        DISPLAY: display,
        // Nobody looks at it.
        WEBKIT_DISABLE_COMPOSITING_MODE: '1',
        HOME: dir,
        XDG_DATA_HOME: `${dir}/data`,
        XDG_CACHE_HOME: `${dir}/cache`,
        XDG_CONFIG_HOME: `${dir}/config`,
      },
    },
    isReady: async () => (await fetch(`${url}/status`).catch(() => undefined))?.ok === true,
  })
  const session = await startSession(url, { 'webkitgtk:browserOptions': { binary, args } }).catch((error: unknown) => {
    kill()
    throw error
  })
  return {
    session,
    killChildren,
    async stop() {
      await session.end()
      kill()
    },
  }
}
