/** A page that Nuxt renders on the server, from the packed packages. `pnpm test:nuxt`, after `node scripts/pack.ts`. */
import { strict as assert } from 'node:assert'
import { spawnSync } from 'node:child_process'
import { checkRendered } from './rendered/rendered-app.ts'

await checkRendered({
  name: 'Nuxt',
  folder: 'nuxt',
  packages: ['@hotpath/core', '@hotpath/observe', '@hotpath/vue'],
  build: ['node_modules/nuxt/bin/nuxt.mjs', 'build'],
  start: ['.output/server/index.mjs'],
  env: { NUXT_TELEMETRY_DISABLED: '1' },
  built(dir) {
    // Our plugin as Nuxt types it, payload included.
    const checked = spawnSync('tsc', ['--noEmit', '-p', '.nuxt/tsconfig.app.json'], { cwd: dir, stdio: 'inherit' })
    assert.equal(checked.status, 0, 'The types of the application are wrong.')
  },
})
