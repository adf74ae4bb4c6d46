/** An application that has the packed packages installed, as a package manager lays them out. */
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

/** Makes the application in a temporary folder; `remove` deletes it. */
export function installApp(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'hotpath-consumer-'))
  const packages = publicPackages()
  const tarballs = Object.fromEntries(packages.map((pkg) => [pkg.name, `file:${tarballOf(pkg)}`]))
  cpSync(join(import.meta.dirname, 'app'), dir, { recursive: true })
  const manifest = readManifest(join(dir, 'package.json'))
  const dependencies = { ...manifest.dependencies, ...peers(packages), ...tarballs }
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
