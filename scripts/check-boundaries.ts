/**
 * Imports flow down one way: contract, core, then adapters and features; inside a package with rooms, from room to room.
 * This holds it for what is imported and for what is declared in package.json; cycles between files are found by the
 * linter, between packages by turbo.
 */
import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, relative, resolve, sep } from 'node:path'
import ts from 'typescript'
import { root, workspacePackages, type WorkspacePackage } from './workspace.ts'

const foundation = ['contract', 'core']

/** The published packages of ours that a published package may depend on. A row never names a row below it. */
const mayDependOn: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  core: ['contract'],
  // Beside the engine.
  codec: ['contract'],
  request: ['contract'],
  monitor: foundation,
  testkit: ['contract'],
  web: ['contract'],
  // Adapters implement ports and know no other adapter.
  redis: [...foundation, 'codec'],
  sql: [...foundation, 'codec'],
  browser: [...foundation, 'web'],
  // Features use a cache and know no store.
  decorators: [...foundation, 'request'],
  db: [...foundation, 'request'],
  http: [...foundation, 'request'],
  observe: [...foundation, 'web'],
  react: [...foundation, 'web', 'observe'],
  vue: [...foundation, 'web', 'observe'],
}

/** The folders and files at the top of `src`, where a package has rooms. Each may import itself and those before it. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  core: [
    'time',
    'watch',
    'memory',
    'view',
    'flights',
    'shared',
    'options',
    'shared-half',
    'deferred',
    'value-check',
    'engine',
    'read',
    'cache',
    'door',
    'changes',
    'retain',
    'placeholders',
    'restore',
    'inside',
    'lease',
    'hold',
    'create-cache',
    'index',
  ],
  web: [
    'events',
    'lifecycle',
    'connectivity',
    'hints',
    'idle',
    'memory',
    'scope',
    'capabilities',
    'tabs',
    'database',
    'testing',
    'index',
  ],
  browser: [
    'database',
    'quota',
    'store',
    'log',
    'lease',
    'placeholders',
    'scope',
    'warm-start',
    'positions',
    'encryption',
    'create',
    'strategies',
    'follow',
    'server',
    'index',
  ],
  request: ['call', 'time', 'checks', 'retry', 'protect', 'limit', 'share', 'batch', 'http', 'index'],
}

/** Packages that run anywhere: what the platform makes comes in through a port. */
const portable = ['contract', 'core', 'web', 'observe', 'react', 'vue']

const problems = workspacePackages().flatMap((pkg) => [...checkManifest(pkg), ...checkSources(pkg)])
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1

function* checkManifest(pkg: WorkspacePackage): Generator<string> {
  const { manifest, name, dir } = pkg
  if (manifest.private === true) return
  const allowed = mayDependOn[shortName(name)]
  const file = relative(root, join(dir, 'package.json'))
  if (allowed === undefined) {
    yield `${file}: \`${name}\` has no place yet. Give it a row in scripts/check-boundaries.ts.`
    return
  }
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
  if (name === '@hotpath/contract' && declared.length > 0) yield `${file}: the contract has no dependencies.`
  for (const dependency of declared.filter(isOurs)) {
    if (!allowed.includes(shortName(dependency))) yield `${file}: \`${name}\` must not depend on \`${dependency}\`.`
  }
}

function* checkSources(pkg: WorkspacePackage): Generator<string> {
  for (const file of globSync('{src,test}/**/*.{ts,tsx}', { cwd: pkg.dir }).sort()) {
    const path = join(pkg.dir, file)
    for (const specifier of importsOf(path)) {
      const reason = objection(pkg, path, specifier)
      if (reason !== undefined) yield `${relative(root, path)}: imports \`${specifier}\`: ${reason}`
    }
  }
}

function isPrivate({ manifest }: WorkspacePackage): boolean {
  return manifest.private === true
}

function objection(pkg: WorkspacePackage, path: string, specifier: string): string | undefined {
  const isSource = path.startsWith(join(pkg.dir, 'src') + sep)
  if (specifier.startsWith('.')) {
    const home = isSource ? join(pkg.dir, 'src') : pkg.dir
    const target = resolve(path, '..', specifier)
    // What is never published, tests and private packages, may use the scripts of the repository.
    const maySeeScripts = !isSource || isPrivate(pkg)
    const isOurs = target.startsWith(home + sep) || (maySeeScripts && target.startsWith(join(root, 'scripts') + sep))
    if (!isOurs) return 'it lies outside of this package.'
    return isSource ? roomObjection(pkg, path, target) : undefined
  }
  if (!isSource || pkg.manifest.private === true) return undefined
  if (isBuiltin(specifier) && portable.includes(shortName(pkg.name))) {
    return 'this package runs anywhere. Let it come in through a port.'
  }
  if (isOurs(specifier) && mayDependOn[shortName(pkg.name)]?.includes(shortName(specifier)) === false) {
    return 'imports flow from features and adapters to core to contract, never up or across.'
  }
  return undefined
}

function roomObjection(pkg: WorkspacePackage, path: string, target: string): string | undefined {
  const order = rooms[shortName(pkg.name)]
  if (order === undefined) return undefined
  const [from, to] = [path, target].map((file) => roomOf(pkg, file)) as [string, string]
  const unknown = [from, to].find((room) => !order.includes(room))
  if (unknown !== undefined) return `\`${unknown}\` is not in the list of rooms in scripts/check-boundaries.ts.`
  if (order.indexOf(to) <= order.indexOf(from)) return undefined
  return `\`${from}\` comes before \`${to}\`; move what both need into the earlier one.`
}

/** `read` of `src/read/load.ts`, `engine` of `src/engine.ts`. */
function roomOf(pkg: WorkspacePackage, file: string): string {
  return (relative(join(pkg.dir, 'src'), file).split(sep)[0] ?? '').replace(/\.ts$/, '')
}

// The compiler's own scanner, because an import in the example of a comment is none.
function importsOf(path: string): string[] {
  return ts.preProcessFile(readFileSync(path, 'utf8'), true, true).importedFiles.map(({ fileName }) => fileName)
}

function isOurs(specifier: string): boolean {
  return specifier.startsWith('@hotpath/')
}

/** `core` of `@hotpath/core` and of `@hotpath/core/sub`. */
function shortName(specifier: string): string {
  return specifier.split('/')[1] ?? specifier
}
