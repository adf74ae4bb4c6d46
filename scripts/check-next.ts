/** A page that Next renders on the server, from the packed packages. `pnpm test:next`, after `node scripts/pack.ts`. */
import { checkRendered } from './rendered/rendered-app.ts'

const next = 'node_modules/next/dist/bin/next'
await checkRendered({
  name: 'Next',
  folder: 'next',
  packages: ['@hotpath/core', '@hotpath/observe', '@hotpath/react'],
  build: [next, 'build'],
  start: [next, 'start', '-H', '127.0.0.1'],
  env: { NEXT_TELEMETRY_DISABLED: '1' },
})
