import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser as Driver, type CDPSession, connect as attach, type Page } from 'puppeteer-core'
import { abilitiesOf, browserWithout } from './abilities.ts'
import type { Browser, LaunchOptions, Tab } from './browser.ts'
import { launchGuarded } from './guarded.ts'
import { patiently } from './patience.ts'
import { createProfile } from './profile.ts'
import { puppeteerTab } from './puppeteer-tab.ts'

const FLAGS = [
  '--headless',
  // Tests run as root in containers, where the sandbox does not start.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--enable-precise-memory-info',
  '--remote-debugging-port=0',
]

const OFFLINE = { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 }

/** Starts it. */
export async function launchChromium(
  file: string,
  { deniesStorage = false, throttlesAfterS }: LaunchOptions = {},
): Promise<Browser> {
  const profile = createProfile('chromium')
  if (deniesStorage) denyStorage(profile.dir)
  const throttling = `--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/${throttlesAfterS}`
  const flags = throttlesAfterS === undefined ? FLAGS : [...FLAGS, throttling]
  const start = () => connect(file, profile.dir, flags)
  let running = await start().catch((error: unknown) => {
    profile.remove()
    throw error
  })
  const offline: CDPSession[] = []
  return {
    engine: 'chromium',
    version: (await running.driver.version()).replace(/^\D*/, ''),
    can: abilitiesOf('chromium'),
    ...browserWithout('chromium'),
    async open(url) {
      const page = await patiently('Opening a tab in chromium', running.driver.newPage())
      const tab: Tab = puppeteerTab('chromium', { page, other: running.other, devtools: await page.createCDPSession() })
      if (url !== undefined) await tab.goto(url)
      return tab
    },
    async setOffline(isOffline) {
      // What a session emulates ends with it.
      for (const session of offline.splice(0)) await session.detach()
      if (!isOffline) return
      for (const page of await running.driver.pages()) {
        const session = await page.createCDPSession()
        offline.push(session)
        await session.send('Network.enable')
        await session.send('Network.emulateNetworkConditions', OFFLINE)
      }
    },
    async setQuota(origin, quotaSize) {
      // Without a size the override ends, and so it does with its session.
      const override = { origin, ...(quotaSize !== undefined && { quotaSize }) }
      await running.devtools.send('Storage.overrideQuotaForOrigin', override)
    },
    async clearStorage(origin) {
      await running.devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' })
    },
    async restart() {
      await running.stop()
      running = await start()
    },
    async close() {
      await running.stop()
      profile.remove()
    },
  }
}

interface Running {
  readonly driver: Driver
  /** Of the tab that it starts with. */
  readonly devtools: CDPSession
  /** The tab that it starts with. */
  readonly other: Page
  stop(): Promise<void>
}

/** As "block all site data" of the settings: cookies stand for all that a site stores. */
function denyStorage(dir: string): void {
  const blocked = { profile: { default_content_setting_values: { cookies: 2 } } }
  mkdirSync(join(dir, 'Default'))
  writeFileSync(join(dir, 'Default/Preferences'), JSON.stringify(blocked))
}

async function connect(file: string, dir: string, flags: readonly string[]): Promise<Running> {
  const portFile = join(dir, 'DevToolsActivePort')
  rmSync(portFile, { force: true })
  const { kill, end } = await launchGuarded(dir, {
    file,
    args: [...flags, `--user-data-dir=${dir}`],
    isReady: () => existsSync(portFile) && readFileSync(portFile, 'utf8').includes('\n'),
  })
  const [port, path] = readFileSync(portFile, 'utf8').split('\n')
  const driver = await attach({
    browserWSEndpoint: `ws://127.0.0.1:${port}${path}`,
    defaultViewport: null,
    // To hear of every request costs more than the requests.
    networkEnabled: false,
  }).catch((error: unknown) => {
    kill()
    throw error
  })
  const other = (await driver.pages())[0] ?? (await driver.newPage())
  return {
    driver,
    devtools: await other.createCDPSession(),
    other,
    async stop() {
      await patiently('Closing chromium', driver.close(), 5_000).catch(() => {})
      await end()
    },
  }
}
