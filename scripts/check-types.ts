/**
 * Checks all types, type tests (*.test-d.ts) included: they pass when they compile. What `typecheck` of a package.json says
 * of `tsc` is done for all packages in one process, which reads the sources that they have in common once.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { type WorkspacePackage, root, workspacePackages } from './workspace.ts'

const TSC = /^tsc -p (\S+)$/

const checks = workspacePackages().flatMap((pkg) => commandsOf(pkg).map((command) => ({ dir: pkg.dir, command })))
const projects = [...checks.flatMap(({ dir, command }) => projectOf(dir, command)), join(root, 'scripts/tsconfig.json')]
const others = checks.filter(({ command }) => !TSC.test(command))

// One checker for each project, as another one would begin with what they have in common anew.
const together = ['--build', '--force', '--checkers', '1', '--builders', String(availableParallelism())]
const passed = await Promise.all([
  run('tsc', [...together, ...projects], root),
  ...others.map(({ dir, command }) => {
    const [compiler = '', ...args] = command.split(' ')
    return run(compiler, args, dir)
  }),
])
process.exitCode = passed.every(Boolean) ? 0 : 1

function commandsOf({ name, manifest }: WorkspacePackage): string[] {
  const { scripts = {} } = manifest as { readonly scripts?: Readonly<Record<string, string>> }
  if (scripts['typecheck'] === undefined) throw new Error(`${name} has no script \`typecheck\`.`)
  return scripts['typecheck'].split(' && ')
}

function projectOf(dir: string, command: string): string[] {
  const [, config] = TSC.exec(command) ?? []
  return config === undefined ? [] : [join(dir, config)]
}

async function run(compiler: string, args: readonly string[], cwd: string): Promise<boolean> {
  const path = [join(cwd, 'node_modules/.bin'), join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter)
  const child = spawn(compiler, args, { cwd, stdio: 'inherit', env: { ...process.env, PATH: path } })
  const [status] = (await once(child, 'close')) as [number | null]
  return status === 0
}
