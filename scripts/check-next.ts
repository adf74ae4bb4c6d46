/** A page that Next renders on the server, from the packed packages. `pnpm test:next`, after `node scripts/pack.ts`. */
import { until } from '../packages/browsers/src/index.ts'
import { checkRendered } from './rendered/rendered-app.ts'

const next = 'node_modules/next/dist/bin/next'
await checkRendered({
  name: 'Next',
  folder: 'next',
  packages: ['@hotpath/core', '@hotpath/observe', '@hotpath/react'],
  build: [next, 'build'],
  start: [next, 'start', '-H', '127.0.0.1'],
  env: { NEXT_TELEMETRY_DISABLED: '1' },
  async taken(tab) {
    await tab.evaluate('document.querySelector("#refresh").click()')
    await until('`router.refresh()` shows what the server has now, without a load', () =>
      tab.evaluate(
        'document.body.innerText.match(/Bern of the server/g)?.length === 2 && document.body.innerText.includes("loads: 1")',
      ),
    )
  },
})
