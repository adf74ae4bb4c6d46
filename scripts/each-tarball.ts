/** Runs a command once per packed package, the tarball as its last argument; fails when one of them fails. */
import { spawnSync } from 'node:child_process'
import { publicPackages, tarballOf } from './workspace.ts'

const [command, ...args] = process.argv.slice(2)
if (command === undefined) throw new Error('Usage: node scripts/each-tarball.ts <command> [argument...]')

for (const pkg of publicPackages()) {
  const { status, error } = spawnSync(command, [...args, tarballOf(pkg)], { stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) process.exitCode = 1
}
