/**
 * CommonJS that shares its chunks and cannot overwrite its exports.
 *
 * esbuild splits ES modules only, so tsup has it split those and rewrites each file with sucrase. That one goes by
 * names: `this.#memory = engine.memory` becomes `this.#memory = exports.memory = …` where `memory` is exported, and
 * the first cache that is made replaces the function. esbuild goes by bindings: every export is a getter of its own
 * variable, which nothing outside of the module can assign.
 */
import { basename } from 'node:path'
import { transform } from 'esbuild'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['plugins']>[number]

/** Rewrites the split ES modules of the `cjs` format with esbuild. */
export function commonJs(): Plugin {
  return {
    name: 'common-js',
    buildStart() {
      // Only sucrase asks for this. esbuild has been told to split.
      if (this.format === 'cjs') this.splitting = false
    },
    async renderChunk(code, chunk) {
      if (this.format !== 'cjs' || chunk.type !== 'chunk') return undefined
      return transform(code + inlined(chunk.map), {
        format: 'cjs',
        platform: 'node',
        target: 'es2022',
        // ES modules are strict without saying so.
        banner: '"use strict";',
        // `import()` becomes `require`, which also works where a test runner loads modules.
        supported: { 'dynamic-import': false },
        sourcefile: basename(chunk.path),
        sourcemap: true,
      })
    },
  }
}

/** esbuild continues a source map that ends the code, so that the new one leads back to the sources. */
function inlined(map: unknown): string {
  const json = typeof map === 'string' ? map : JSON.stringify(map)
  return `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(json).toString('base64')}\n`
}
