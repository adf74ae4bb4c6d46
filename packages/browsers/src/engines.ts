/** Which engines this machine has. */
import { spawnSync } from 'node:child_process'
import type { Browser, Engine, LaunchOptions } from './browser.ts'
import { launchChromium } from './chromium.ts'
import { launchFirefox } from './firefox.ts'
import { launchWebkit } from './webkit.ts'

/** An engine, and why tests in it are left out, where they are. */
export interface InstalledEngine {
  readonly engine: Engine
  /** Undefined where it is installed. */
  readonly missing: string | undefined
  /** Starts it with an empty profile. */
  launch(options?: LaunchOptions): Promise<Browser>
}

interface Program {
  readonly files: readonly string[]
  readonly debianPackage: string
  launch(file: string, options?: LaunchOptions): Promise<Browser>
}

const PROGRAMS: Readonly<Record<Engine, Program>> = {
  chromium: {
    files: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    debianPackage: 'chromium',
    launch: launchChromium,
  },
  firefox: { files: ['firefox-esr', 'firefox'], debianPackage: 'firefox-esr', launch: launchFirefox },
  webkit: { files: ['WebKitWebDriver'], debianPackage: 'webkit2gtk-driver', launch: launchWebkit },
}

/** All three, installed or not. Chromium counts as installed, so that tests fail where it is not. */
export const engines: readonly InstalledEngine[] = (Object.keys(PROGRAMS) as Engine[]).map((engine) => {
  const { files, debianPackage, launch } = PROGRAMS[engine]
  const file = files.find(isInstalled)
  const needed = [debianPackage, ...(engine === 'webkit' ? ['xvfb'] : [])].join(' ')
  const isMissing = file === undefined || (engine === 'webkit' && !isInstalled('Xvfb'))
  return {
    engine,
    missing: isMissing && engine !== 'chromium' ? `${engine} is not installed: apt-get install ${needed}` : undefined,
    async launch(options) {
      if (file === undefined) throw new Error(`${engine} is not installed. On Debian: apt-get install ${needed}`)
      return launch(file, options)
    },
  }
})

/** Chromium, which every test of a page has to pass in. */
export const chromium: InstalledEngine = engines[0] as InstalledEngine

function isInstalled(program: string): boolean {
  return spawnSync('which', [program], { stdio: 'ignore' }).status === 0
}
