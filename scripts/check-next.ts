/**
 * Uses the packed packages in an application of Next: a page that is rendered on the server, and that Chromium takes over
 * without a warning and without loading again. `pnpm test:next`, after `node scripts/pack.ts`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { join } from 'node:path'
import { chromium, until } from '../packages/browsers/src/index.ts'
import { installApp } from './consumer/install.ts'
import { freePort } from './free-port.ts'

const app = installApp(join(import.meta.dirname, 'next/app'), ['@hotpath/core', '@hotpath/observe', '@hotpath/react'])
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
const next = join(app.dir, 'node_modules/next/dist/bin/next')
try {
  const built = spawnSync(process.execPath, [next, 'build'], { cwd: app.dir, env, stdio: 'inherit', timeout: 300_000 })
  assert.equal(built.status, 0, '`next build` failed.')
  const port = await freePort()
  const server = spawn(process.execPath, [next, 'start', '-p', String(port), '-H', '127.0.0.1'], { cwd: app.dir, env })
  try {
    await takeOver(`http://127.0.0.1:${port}`)
  } finally {
    server.kill()
    await once(server, 'exit')
  }
} finally {
  app.remove()
}

async function takeOver(url: string): Promise<void> {
  let html = ''
  await until('Next responds', async () => {
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
    assert.match(text, /Bern of the server/)
    assert.match(text, /loads: 0/, 'Nothing is loaded again.')
    assert.deepEqual(await tab.evaluate('complaints'), [])
    await tab.evaluate('document.querySelector("button").click()')
    await until('it loads what is invalidated', async () => (await shown()).includes('Bern of the page'))
    console.log('Next: rendered on the server, taken over, loaded anew')
  } finally {
    await browser.close()
  }
}
