/** Runs programs and says which failed. */
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** One program. */
export interface Program {
  readonly name: string
  readonly runtime: string
  readonly args: readonly string[]
  /** Whether what it prints is shown when it passed, too. */
  readonly reports?: boolean
}

const TIMEOUT_MS = 90_000

/** Runs all programs, as many at a time as there are processors, and resolves to whether all passed. */
export async function runAll(programs: readonly Program[], cwd: string): Promise<boolean> {
  const waiting = [...programs]
  let passed = true
  const work = async (): Promise<void> => {
    for (let program = waiting.shift(); program !== undefined; program = waiting.shift()) {
      if (!(await run(program, cwd))) passed = false
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return passed
}

/** Prints a line with the time it took, and the output when it failed. */
function run({ name, runtime, args, reports = false }: Program, cwd: string): Promise<boolean> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    execFile(runtime, args, { cwd, timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
      console.log(`${error === null ? '✓' : '✗'} ${name}, ${seconds} s${reports ? `: ${stdout.trim()}` : ''}`)
      if (error !== null) console.error(`${stdout}${stderr}`.trim() || error.message)
      resolve(error === null)
    })
  })
}
