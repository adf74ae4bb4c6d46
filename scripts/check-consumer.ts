/**
 * Uses the packed packages as applications do: one is made in a temporary folder, with the packages installed from
 * their tarballs and all else from the registry, and runs as ES module and as CommonJS, on the oldest Node and on Bun,
 * under Jest, in NestJS, in a page that Vite builds, and through old and new compilers.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commonJsProblems } from './consumer/common-js.ts'
import { installApp } from './consumer/install.ts'
import { type Program, runAll } from './consumer/run.ts'
import { typeChecks, writeTypeUses } from './consumer/types.ts'
import { entryPoints, publicPackages, specifier } from './workspace.ts'

const specifiers = publicPackages().flatMap((pkg) => entryPoints(pkg).map((subpath) => specifier(pkg, subpath)))
const app = installApp([join(import.meta.dirname, 'consumer/app')])
try {
  const modules = join(app.dir, 'node_modules')
  const problems = publicPackages().flatMap(({ name }) => commonJsProblemsOf(join(modules, name)))
  for (const problem of problems) console.error(problem)

  writeTypeUses(app.dir, specifiers)
  const passed = await runAll(programs(modules), app.dir)
  process.exitCode = passed && problems.length === 0 ? 0 : 1
} finally {
  app.remove()
}

function commonJsProblemsOf(dir: string): string[] {
  const files = globSync('dist/**/*.cjs', { cwd: dir }).sort()
  if (files.length === 0) return [`${dir}: has no CommonJS module.`]
  return files.flatMap((file) => commonJsProblems(join(dir, file), readFileSync(join(dir, file), 'utf8')))
}

function programs(modules: string): Program[] {
  const runtimes = [
    ['Node', process.execPath],
    ['Node 22.13', join(modules, 'node/bin/node')],
    ['Bun', join(modules, 'bun/bin/bun.exe')],
  ] as const
  const inNode = (name: string, ...args: readonly string[]): Program => ({ name, runtime: process.execPath, args })
  return [
    ...typeChecks.map(({ name, compiler, args }) => inNode(name, join(modules, compiler), ...args)),
    inNode('NestJS', 'nest/run.cjs'),
    { ...inNode('Vite', 'vite/build.mjs'), reports: true },
    { name: 'hotpath-report', runtime: join(modules, '.bin/hotpath-report'), args: ['report.mjs'] },
    inNode('Jest', join(modules, 'jest/bin/jest.js'), '--ci', '--rootDir', 'jest'),
    ...runtimes.flatMap(([name, runtime]) => [
      { name: `${name}, ES module`, runtime, args: ['esm.mjs', ...specifiers] },
      { name: `${name}, CommonJS`, runtime, args: ['cjs.cjs', ...specifiers] },
    ]),
  ]
}
