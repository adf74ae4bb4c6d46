/** A page that Nuxt renders on the server, from the packed packages. `pnpm test:nuxt`, after `node scripts/pack.ts`. */
import { checkRendered } from './rendered/rendered-app.ts'

await checkRendered({
  name: 'Nuxt',
  folder: 'nuxt',
  packages: ['@hotpath/core', '@hotpath/observe', '@hotpath/vue'],
  build: ['node_modules/nuxt/bin/nuxt.mjs', 'build'],
  start: ['.output/server/index.mjs'],
  env: { NUXT_TELEMETRY_DISABLED: '1' },
})
