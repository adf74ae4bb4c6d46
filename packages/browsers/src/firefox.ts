import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser as Driver, connect as attach, type Page } from 'puppeteer-core'
import { abilitiesOf, browserWithout } from './abilities.ts'
import type { Browser, LaunchOptions } from './browser.ts'
import { launchGuarded } from './guarded.ts'
import { patiently } from './patience.ts'
import { createProfile } from './profile.ts'
import { puppeteerTab } from './puppeteer-tab.ts'

/** What it does by itself, towards servers that no test needs, and what it asks its user. */
const PREFERENCES: Readonly<Record<string, string | number | boolean>> = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.aboutwelcome.enabled': false,
  'browser.newtabpage.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'browser.tabs.warnOnClose': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.ipc.processPrelaunch.enabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
}

/** As "block all cookies" of the settings: cookies stand for all that a site stores. */
const DENIES_STORAGE = { 'network.cookie.cookieBehavior': 2 }

/** Starts it. */
export async function launchFirefox(file: string, { deniesStorage = false }: LaunchOptions = {}): Promise<Browser> {
  const profile = createProfile('firefox')
  const preferences = { ...PREFERENCES, ...(deniesStorage && DENIES_STORAGE) }
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`)
  writeFileSync(join(profile.dir, 'user.js'), lines.join('\n'))
  const start = () => connect(file, profile.dir)
  let running = await start().catch((error: unknown) => {
    profile.remove()
    throw error
  })
  return {
    engine: 'firefox',
    version: (await running.driver.version()).replace(/^\D*/, ''),
    can: abilitiesOf('firefox'),
    ...browserWithout('firefox'),
    async open(url) {
      const page = await patiently('Opening a tab in firefox', running.driver.newPage())
      const tab = puppeteerTab('firefox', { page, other: running.other })
      if (url !== undefined) await tab.goto(url)
      return tab
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
  /** The tab that it starts with. */
  readonly other: Page
  stop(): Promise<void>
}

async function connect(file: string, dir: string): Promise<Running> {
  const portFile = join(dir, 'WebDriverBiDiServer.json')
  rmSync(portFile, { force: true })
  const { kill, end } = await launchGuarded(dir, {
    file,
    args: ['--headless', '--no-remote', '--remote-debugging-port', '0', '--profile', dir],
    isReady: () => existsSync(portFile) && readFileSync(portFile, 'utf8').includes('}'),
  })
  const { ws_port: port } = JSON.parse(readFileSync(portFile, 'utf8')) as { readonly ws_port: number }
  const driver = await attach({
    browserWSEndpoint: `ws://127.0.0.1:${port}/session`,
    protocol: 'webDriverBiDi',
    defaultViewport: null,
    // To hear of every request costs more than the requests.
    networkEnabled: false,
  }).catch((error: unknown) => {
    kill()
    throw error
  })
  return {
    driver,
    other: (await driver.pages())[0] ?? (await driver.newPage()),
    async stop() {
      await patiently('Closing firefox', driver.close(), 5_000).catch(() => {})
      await end()
    },
  }
}
