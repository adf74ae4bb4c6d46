/** How every package is built. Runs in the folder of a package; what to build is in the `exports` of its package.json. */
import { join } from 'node:path'
import { defineConfig, type Options } from 'tsup'
import { entrySources, hasCondition, readManifest } from '../workspace.ts'
import { commonJs } from './common-js.ts'
import { innerNames, isInner } from './inner-names.ts'
import { withoutMessages } from './without-messages.ts'

/** What differs between two builds of the same sources, such as one for a condition of `exports` of its own. */
type Variant = Required<Pick<Options, 'outDir' | 'clean' | 'dts' | 'esbuildPlugins' | 'esbuildOptions'>>

/** What pages load, so that each byte counts. */
const LIGHT = [
  '@hotpath/browser',
  '@hotpath/contract',
  '@hotpath/core',
  '@hotpath/observe',
  '@hotpath/react',
  '@hotpath/vue',
  '@hotpath/web',
]

/** Types that can be given to `await using` name what TypeScript only knows when asked to, whatever the application's `lib`. */
const DECLARATIONS = { banner: '/// <reference lib="esnext.disposable" />' }

const manifest = readManifest(join(process.cwd(), 'package.json'))
const entry = entrySources(manifest)

export default defineConfig([
  build({ outDir: 'dist', clean: ['!production/**'], dts: DECLARATIONS, esbuildPlugins: [], esbuildOptions: () => {} }),
  // For pages, see docs/decisions/015-messages-in-pages.md.
  ...(hasCondition(manifest, 'production')
    ? [
        build({
          outDir: 'dist/production',
          clean: true,
          dts: false,
          esbuildPlugins: [withoutMessages()],
          esbuildOptions: shortened,
        }),
      ]
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
    esbuildOptions(options, context) {
      variant.esbuildOptions(options, context)
      // Frameworks that render some components on servers alone have to know.
      if (manifest.name === '@hotpath/react') options.banner = { js: '"use client";' }
      if (!LIGHT.includes(manifest.name)) return
      // Numbers of the engine take the place of their names, which no bundler of a page could do any more.
      options.minifySyntax = true
      // A field that the constructor sets need not be declared as well.
      delete options.tsconfig
      options.tsconfigRaw = { compilerOptions: { useDefineForClassFields: false, verbatimModuleSyntax: true } }
    },
    // Some modules of Node have no name without it.
    removeNodeProtocol: false,
  }
}

/** What a bundler of a page cannot do: it does not know which names are ours alone. */
function shortened(options: Parameters<Variant['esbuildOptions']>[0]): void {
  options.mangleProps = isInner
  options.mangleCache = { ...innerNames }
  options.define = { 'Number.POSITIVE_INFINITY': 'Infinity' }
}
