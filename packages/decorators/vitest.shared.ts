import { transform } from 'esbuild'
import { configDefaults, type UserWorkspaceConfig } from 'vitest/config'
import { project } from '../../scripts/vitest-project.ts'

/**
 * A test runs in both projects, unless its name says `.standard.` or `.legacy.`. Vite lowers decorators by the nearest
 * tsconfig alone, and those of ECMAScript not at all; esbuild does what it is told.
 */
export function decoratorsProject({ name, legacy }: { name: string; legacy: boolean }): UserWorkspaceConfig {
  const tsconfigRaw = { compilerOptions: { experimentalDecorators: legacy } }
  return project(name, {
    plugins: [
      {
        name: 'lower-decorators',
        enforce: 'pre',
        async transform(code, id) {
          if (!/\/decorators\/test\/[^?]*\.ts$/.test(id)) return
          const lowered = await transform(code, {
            loader: 'ts',
            sourcefile: id,
            sourcemap: true,
            target: 'es2022',
            // It renames what a decorated class refers to.
            keepNames: true,
            tsconfigRaw,
          })
          return { code: lowered.code, map: lowered.map }
        },
      },
    ],
    // What the command line excludes is among the defaults.
    test: {
      exclude: [...configDefaults.exclude, legacy ? 'test/**/*.{standard,once}.test.ts' : 'test/**/*.legacy.test.ts'],
    },
  })
}
