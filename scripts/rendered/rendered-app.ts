/** An application that renders its page on a server, and takes it over in Chromium without a warning and without loading again. */
import { spawn, spawnSync } from 'node:child_process'
import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Tab, chromium, until } from '../../packages/browsers/src/index.ts'
import { installApp } from '../consumer/install.ts'
import { freePort } from '../free-port.ts'

/** One framework that renders on a server. */
export interface Framework {
  readonly name: string
  /** Folder of the application; it gets the files of `shared`, too. */
  readonly folder: string
  /** Those of our packages that it uses. */
  readonly packages: readonly string[]
  /** What Node runs in the installed application. */
  readonly build: readonly string[]
  readonly start: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Looks at the application once it is built. */
  readonly built?: (dir: string) => void
  /** Looks at the page, which shows what it has loaded. */
  readonly taken?: (tab: Tab) => Promise<void>
}

/** Builds the application from packed packages, starts it, and looks at its page. */
export async function checkRendered({ name, folder, packages, build, start, ...rest }: Framework): Promise<void> {
  const sources = [folder, 'shared'].map((source) => join(import.meta.dirname, source))
  const app = installApp(sources, packages)
  const port = String(await freePort())
  const env = { ...process.env, ...rest.env, HOST: '127.0.0.1', PORT: port }
  try {
    const built = spawnSync(process.execPath, build, { cwd: app.dir, env, stdio: 'inherit', timeout: 300_000 })
    assert.equal(built.status, 0, `\`${build.join(' ')}\` failed.`)
    rest.built?.(app.dir)
    const server = spawn(process.execPath, start, { cwd: app.dir, env, stdio: 'inherit' })
    try {
      await takeOver(name, `http://127.0.0.1:${port}`, rest.taken)
    } finally {
      server.kill()
      await once(server, 'exit')
    }
  } finally {
    app.remove()
  }
}

async function takeOver(name: string, url: string, taken: Framework['taken']): Promise<void> {
  let html = ''
  await until(`${name} responds`, async () => {
    html = await fetch(url).then(
      (response) => response.text(),
      () => '',
    )
    return html !== ''
  })
  assert.match(html, /<h1>Bern of the server<\/h1>/, 'The server rendered what it has loaded.')

  const browser = await chromium.launch({})
  try {
    const tab = await browser.open(url)
    const shown = (): Promise<string> => tab.evaluate('document.body.innerText')
    await until('the page is taken over', async () => (await shown()).includes('loads: '))
    const text = await shown()
    assert.equal(text.match(/Bern of the server/g)?.length, 2)
    assert.match(text, /loads: 0/, 'Nothing is loaded again.')
    assert.deepEqual(await tab.evaluate('complaints'), [])
    await tab.evaluate('document.querySelector("button").click()')
    await until('it loads what is invalidated', async () => (await shown()).includes('Bern of the page'))
    await taken?.(tab)
    assert.deepEqual(await tab.evaluate('complaints'), [])
    console.log(`${name}: rendered on the server, taken over, loaded anew`)
  } finally {
    await browser.close()
  }
}
