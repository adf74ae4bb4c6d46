/** What the checks know about the packages of this repository. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The condition under which tests, type checks and examples read sources. */
const SOURCE = '@hotpath/source'

/** The part of a package.json that the checks read. */
export interface Manifest {
  readonly name: string
  readonly version?: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/** One package or example; `dir` is absolute. */
export interface WorkspacePackage {
  readonly name: string
  readonly dir: string
  readonly manifest: Manifest
}

/** The top of the repository. */
export const root: string = dirname(import.meta.dirname)

/** Where `pack.ts` leaves what would be published. */
export const tarballDir: string = join(root, 'node_modules/.cache/tarballs')

/** All packages and examples. */
export function workspacePackages(): WorkspacePackage[] {
  return globSync('{packages,examples}/*/package.json', { cwd: root })
    .sort()
    .map((path) => {
      const manifest = readManifest(join(root, path))
      return { name: manifest.name, dir: dirname(join(root, path)), manifest }
    })
}

/** The packages that are published. */
export function publicPackages(): WorkspacePackage[] {
  return workspacePackages().filter(({ manifest }) => manifest.private !== true)
}

/** The subpaths that users import: `.` and its like, without `./package.json`. */
export function entryPoints({ manifest }: WorkspacePackage): string[] {
  return Object.keys(manifest.exports ?? {}).filter((subpath) => subpath !== './package.json')
}

/** The source of each entry point, by the name of what is built of it: `index` of `.`, `http` of `./http`. */
export function entrySources({ exports = {} }: Manifest): Record<string, string> {
  const sources = Object.entries(exports).flatMap(([subpath, target]) => {
    if (typeof target !== 'object' || target === null || !(SOURCE in target)) return []
    return [[subpath === '.' ? 'index' : subpath.slice(2), String(target[SOURCE])]]
  })
  return Object.fromEntries(sources) as Record<string, string>
}

/** Whether entry points are another build under a condition. */
export function hasCondition({ exports = {} }: Manifest, condition: string): boolean {
  return Object.values(exports).some((target) => condition in Object((target as { readonly import?: object }).import))
}

/** The name by which an entry point is imported. */
export function specifier({ name }: WorkspacePackage, subpath: string): string {
  return name + subpath.slice(1)
}

/** The tarball of a package: `hotpath-core.tgz`. */
export function tarballOf({ name }: WorkspacePackage): string {
  return join(tarballDir, `${name.replace('@', '').replace('/', '-')}.tgz`)
}

/** Reads one package.json. */
export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest
}
