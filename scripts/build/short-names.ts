/** Gives sources and tests the names that the build for pages has, so that the tests of a package run with those. */
import { transform } from 'esbuild'
import { innerNames, isInner } from './inner-names.ts'

/** A plugin of Vite, as far as it is one. */
interface ShortNames {
  readonly name: string
  readonly enforce: 'pre'
  transform(code: string, id: string): Promise<{ readonly code: string; readonly map: string } | undefined>
}

/** The plugin. */
export function shortNames(): ShortNames {
  return {
    name: 'short-names',
    enforce: 'pre',
    async transform(code, id) {
      if (!/\/packages\/.*\.tsx?$/.test(id)) return undefined
      return transform(code, {
        loader: id.endsWith('x') ? 'tsx' : 'ts',
        target: 'es2022',
        sourcefile: id,
        sourcemap: true,
        mangleProps: isInner,
        mangleCache: { ...innerNames },
      })
    },
  }
}
