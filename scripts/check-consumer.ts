/**
 * Installs the packed packages the way a package manager lays them out and uses them as ESM and as CommonJS.
 * A third-party package is at hand only if the packed package.json declares it. Needs no network.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { entryPoints, publicPackages, readManifest, root, specifier, tarballOf } from './workspace.ts'

const packages = publicPackages()
const app = mkdtempSync(join(tmpdir(), 'hotpath-consumer-'))
try {
  for (const pkg of packages) install(pkg)
  const specifiers = packages.flatMap((pkg) => entryPoints(pkg).map((subpath) => specifier(pkg, subpath)))
  cpSync(join(root, 'scripts/consumer'), app, { recursive: true })
  for (const program of ['esm.mjs', 'cjs.cjs']) {
    execFileSync(process.execPath, [program, ...specifiers], { cwd: app, stdio: 'inherit', timeout: 60_000 })
  }
} finally {
  rmSync(app, { recursive: true, force: true })
}

function install(pkg: (typeof packages)[number]): void {
  const target = join(app, 'node_modules', pkg.name)
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', tarballOf(pkg), '-C', target, '--strip-components=1'])
  const packed = readManifest(join(target, 'package.json'))
  for (const [name, range] of Object.entries({ ...packed.dependencies, ...packed.peerDependencies })) {
    if (range.startsWith('workspace:')) throw new Error(`\`${pkg.name}\` was packed with \`${name}: ${range}\`.`)
    if (packages.some((other) => other.name === name)) continue
    const link = join(target, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(installed(name, pkg.dir), link)
  }
}

function installed(name: string, dir: string): string {
  for (const home of [dir, root]) {
    try {
      return realpathSync(join(home, 'node_modules', name))
    } catch {}
  }
  throw new Error(`\`${name}\` is declared in ${dir}, but not installed. Run \`pnpm install\`.`)
}
