/** What the vitest projects of this repository have in common. */
import { type UserWorkspaceConfig, defineProject } from 'vitest/config'
import { shortNames } from './build/short-names.ts'

/** Whether names of our own are short in all that runs, as in pages: `INNER_NAMES=short vitest run --project core`. */
const areNamesShort = process.env['INNER_NAMES'] === 'short'

/** Sources before what is built; the rest as Vite has it for a server. */
const conditions = ['@hotpath/source', 'module', 'node', 'development|production']

/**
 * For packages whose modules keep nothing between calls, so that files can share them: a process goes on with the next file
 * and reads sources once. A file that leaves something behind, as a fake clock, is seen by the one that comes next.
 */
export const sharedProcess: { readonly isolate: boolean } = { isolate: false }

/** What a project adds. */
type Additions = Omit<UserWorkspaceConfig, 'test'> & { readonly test?: UserWorkspaceConfig['test'] }

/** A project of tests; servers and a machine that others keep busy respond late, so a test may take 20 s. */
export function project(name: string, { test, ...more }: Additions = {}): UserWorkspaceConfig {
  return defineProject({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    ...more,
    plugins: [...(more.plugins ?? []), ...(areNamesShort ? [shortNames()] : [])],
    test: { name, include: ['test/**/*.test.ts'], testTimeout: 20_000, ...test },
  })
}
