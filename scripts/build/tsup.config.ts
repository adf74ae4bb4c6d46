/** How every package is built. Runs in the folder of a package; what to build is in the `exports` of its package.json. */
import { join } from 'node:path'
import { defineConfig, type Options } from 'tsup'
import { entrySources, hasCondition, readManifest } from '../workspace.ts'
import { commonJs } from './common-js.ts'
import { withoutMessages } from './without-messages.ts'

/** What differs between two builds of the same sources, such as one for a condition of `exports` of its own. */
type Variant = Required<Pick<Options, 'outDir' | 'clean' | 'dts' | 'esbuildPlugins'>>

const manifest = readManifest(join(process.cwd(), 'package.json'))
const entry = entrySources(manifest)

export default defineConfig([
  build({ outDir: 'dist', clean: ['!production/**'], dts: true, esbuildPlugins: [] }),
  // For bundlers of pages, which set the condition.
  ...(hasCondition(manifest, 'production')
    ? [build({ outDir: 'dist/production', clean: true, dts: false, esbuildPlugins: [withoutMessages()] })]
    : []),
])

function build(variant: Variant): Options {
  return {
    ...variant,
    entry,
    format: ['esm', 'cjs'],
    // Without splitting each entry would carry its own copy of shared classes.
    splitting: true,
    plugins: [commonJs()],
    sourcemap: true,
    target: 'es2022',
    // Some modules of Node have no name without it.
    removeNodeProtocol: false,
  }
}
