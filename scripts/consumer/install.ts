/** Applications that have the packed packages installed, as a package manager lays them out. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publicPackages, readManifest, tarballOf, type WorkspacePackage } from '../workspace.ts'

/**
 * Settings of pnpm: our packages come from the tarballs wherever they are asked for, a third-party package is at hand
 * only where it is declared, and these two fetch the build for this platform in a script.
 */
const settings = {
  hoist: false,
  allowBuilds: { bun: true, node: true },
  strictDepBuilds: false,
}

/** An application that is installed. */
export interface App {
  readonly dir: string
  /** Deletes it. */
  remove(): void
}

/**
 * Makes a copy of an application in a temporary folder and installs it.
 *
 * @param sources - Folders whose files it has.
 * @param names - Those of our packages that it uses; by default all of them, with what users install beside them.
 */
export function installApp(sources: readonly string[], names?: readonly string[]): App {
  const dir = mkdtempSync(join(tmpdir(), 'hotpath-consumer-'))
  const all = publicPackages()
  const tarballs = Object.fromEntries(all.map((pkg) => [pkg.name, `file:${tarballOf(pkg)}`]))
  const packages = all.filter(({ name }) => names?.includes(name) ?? true)
  for (const source of sources) cpSync(source, dir, { recursive: true })
  const manifest = readManifest(join(dir, 'package.json'))
  const ours = Object.fromEntries(packages.map(({ name }) => [name, tarballs[name]]))
  const dependencies = { ...manifest.dependencies, ...peers(packages), ...ours }
  writeJson(join(dir, 'package.json'), { ...manifest, dependencies })
  writeJson(join(dir, 'pnpm-workspace.yaml'), { ...settings, overrides: tarballs })
  execFileSync('pnpm', ['install', '--prefer-offline', '--no-lockfile'], { cwd: dir, stdio: 'inherit' })
  for (const pkg of packages) assertPublishable(join(dir, 'node_modules', pkg.name, 'package.json'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** What users install beside our packages, in the version that these are tested with. */
function peers(packages: readonly WorkspacePackage[]): Record<string, string> {
  return Object.fromEntries(
    packages.flatMap(({ dir, manifest }) =>
      Object.keys(manifest.peerDependencies ?? {}).map((name) => {
        const { version } = readManifest(join(dir, 'node_modules', name, 'package.json'))
        return [name, version]
      }),
    ),
  ) as Record<string, string>
}

function assertPublishable(path: string): void {
  if (readFileSync(path, 'utf8').includes('workspace:')) throw new Error(`${path} depends on \`workspace:\`.`)
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}
