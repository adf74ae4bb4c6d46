/** The package.json that users get: what follows from the one in the repository is written here, once for all packages. */
import { join, relative } from 'node:path'
import { type Manifest, readManifest, root } from '../workspace.ts'

/** The variables that switch provenance on: pnpm reads the first, npm the second. */
const PROVENANCE = ['PNPM_CONFIG_PROVENANCE', 'NPM_CONFIG_PROVENANCE']

interface Conditions {
  readonly require?: { readonly types?: string; readonly default?: string }
}

/** Adds what can be derived and leaves out what only the repository needs. `dir` is the folder of the package. */
export function packedManifest(manifest: Manifest, dir: string): Record<string, unknown> {
  const { scripts, devDependencies, ...published } = manifest as Manifest & { readonly scripts?: unknown }
  return { ...published, ...legacyEntries(manifest), ...addresses(rootManifest().repository, relative(root, dir)) }
}

/**
 * For resolvers that know no `exports`, such as TypeScript's `node10`: they read `main` and `types`, and find the types
 * of other entry points by `typesVersions`.
 */
export function legacyEntries({ exports = {} }: Manifest): Record<string, unknown> {
  const entries = Object.entries(exports as Record<string, Conditions>)
  const main = entries.find(([subpath]) => subpath === '.')?.[1].require
  const others = entries.flatMap(([subpath, { require }]) =>
    subpath === '.' || require?.types === undefined ? [] : [[subpath.slice(2), [require.types]] as const],
  )
  return {
    ...(main === undefined ? {} : { main: main.default, types: main.types }),
    ...(others.length === 0 ? {} : { typesVersions: { '*': Object.fromEntries(others) } }),
  }
}

/**
 * Where the sources of a package are. npm refuses provenance without it.
 *
 * @param repository `repository` of the package.json at the root: the URL of a page such as `https://github.com/me/it`.
 */
export function addresses(
  repository: string | undefined,
  directory: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, unknown> {
  if (repository === undefined) {
    if (!PROVENANCE.some((variable) => env[variable] === 'true')) return {}
    throw new Error('Provenance names a repository. Set `repository` in the package.json at the root to its URL.')
  }
  const page = repository.replace(/(?:\.git)?\/?$/, '')
  return {
    repository: { type: 'git', url: `git+${page}.git`, directory },
    homepage: `${page}/tree/main/${directory}#readme`,
    bugs: `${page}/issues`,
  }
}

function rootManifest(): { readonly repository?: string } {
  return readManifest(join(root, 'package.json')) as { readonly repository?: string }
}
