/** A version of the packages to compare with: the tarballs that `scripts/pack.ts` left somewhere, laid out as installed. */
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Core from '@hotpath/core'
import type * as RedisTier from '@hotpath/redis'

/** What the benches use of a version. */
export interface Version {
  readonly core: typeof Core
  readonly redis: typeof RedisTier
}

const packagesDir = join(import.meta.dirname, '../../..')

/** The version that is built here. */
export async function versionHere(): Promise<Version> {
  return { core: await import('@hotpath/core'), redis: await import('@hotpath/redis') }
}

/** Lays out the tarballs of a folder; third-party packages are those installed here. It is removed when the process ends. */
export async function versionOf(tarballs: string): Promise<Version> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpath-against-')))
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
  const files = globSync('hotpath-*.tgz', { cwd: tarballs })
  if (files.length === 0) throw new Error(`There is no hotpath-*.tgz in ${tarballs}. Make some: node scripts/pack.ts`)
  for (const file of files) install(join(tarballs, file), dir, /^hotpath-(.*)\.tgz$/.exec(file)?.[1] ?? '')
  const from = createRequire(join(dir, 'any.mjs'))
  const load = (name: string): Promise<unknown> =>
    import(pathToFileURL(join(dirname(from.resolve(`${name}/package.json`)), 'dist/index.js')).href)
  return { core: await load('@hotpath/core'), redis: await load('@hotpath/redis') } as Version
}

function install(tarball: string, dir: string, name: string): void {
  const target = join(dir, 'node_modules/@hotpath', name)
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(
    readFileSync(join(target, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string>>
  for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) {
    if (dependency.startsWith('@hotpath/')) continue
    const link = join(target, 'node_modules', dependency)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(realpathSync(join(packagesDir, name, 'node_modules', dependency)), link)
  }
}
