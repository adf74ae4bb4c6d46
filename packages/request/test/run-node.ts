/** Programs of Node that tests run as processes of their own, from source. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** How a program ended. */
export interface Ended {
  /** `null`: it had to be stopped. */
  readonly code: number | null
  readonly output: string
}

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

/** Runs Node in the folder of the package; stops it after half a minute. */
export function runNode(args: readonly string[]): Promise<Ended> {
  return run(process.execPath, ['--conditions=@hotpath/source', '--no-warnings', ...args])
}

/** Runs a program in the folder of the package; stops it after half a minute. */
export function run(program: string, args: readonly string[]): Promise<Ended> {
  // A program within a test of node:test would report to that.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const child = spawn(program, args, { cwd: PACKAGE, env, timeout: 30_000, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
