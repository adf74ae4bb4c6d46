/** Runs a command once per packed package, the tarball as its last argument; fails when one of them fails. */
import { runAll } from './consumer/run.ts'
import { publicPackages, root, tarballOf } from './workspace.ts'

const [command, ...args] = process.argv.slice(2)
if (command === undefined) throw new Error('Usage: node scripts/each-tarball.ts <command> [argument...]')

const programs = publicPackages().map((pkg) => ({ name: pkg.name, runtime: command, args: [...args, tarballOf(pkg)] }))
process.exitCode = (await runAll(programs, root)) ? 0 : 1
