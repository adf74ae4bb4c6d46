/** Runs named steps, one after the other where nothing else is said, and counts what passed. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { root } from './workspace.ts'

/** One line of the run. */
export interface Step {
  readonly name: string
  /** Words separated by blanks; no shell reads them. */
  readonly command: string
  /** Name of an earlier step without which this one cannot succeed. */
  readonly needs?: string
  /** File to which the command writes vitest's JSON report; relative to the top of the repository. */
  readonly report?: string
  readonly env?: Readonly<Record<string, string>>
  /** Whether the steps below it begin while it runs: it keeps one processor busy, and they do not measure time. */
  readonly isBesideOthers?: boolean
  /** Whether it begins when all others above it have ended, as what runs in a browser does. */
  readonly isAlone?: boolean
}

/** What passed and failed. A vitest step counts its tests, any other step counts as one. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Four times as long as the longest step takes on a quiet machine: tests end by themselves, so only a step that hangs meets it. */
const STEP_TIMEOUT_MS = 45 * 60_000
/** Hundreds of short processes run the sources: what one of them has compiled, the next need not. */
const COMPILED = join(root, 'node_modules/.cache/compiled')

/** Runs all steps, also after a failure, and prints a line for each with its time. */
export async function runSteps(steps: readonly Step[], options: { readonly verbose: boolean }): Promise<Tally> {
  const failedSteps = new Set<string>()
  const tallies: Promise<Tally>[] = []
  for (const step of steps) {
    if (step.isAlone === true) await Promise.all(tallies)
    const running = runStep(step, failedSteps, options.verbose).then((tally) => {
      if (tally.failed > 0) failedSteps.add(step.name)
      return tally
    })
    tallies.push(running)
    if (step.isBesideOthers !== true) await running
  }
  return (await Promise.all(tallies)).reduce(add)
}

async function runStep(step: Step, failedSteps: ReadonlySet<string>, verbose: boolean): Promise<Tally> {
  if (step.needs !== undefined && failedSteps.has(step.needs)) {
    printLine({ step, ok: false, elapsedMs: 0, note: `not run: ${step.needs} failed` })
    return { passed: 0, failed: 1, skipped: 0 }
  }
  if (process.stdout.isTTY) process.stdout.write(`  ${step.name} …\r`)
  const startedAt = performance.now()
  const { ok, output } = await execute(step, verbose)
  const tally = judge(step, ok)
  const note = step.report === undefined ? '' : describe(tally)
  printLine({ step, ok: tally.failed === 0, elapsedMs: performance.now() - startedAt, note })
  if (tally.failed > 0) process.stdout.write(output)
  return tally
}

function execute(step: Step, verbose: boolean): Promise<{ ok: boolean; output: string }> {
  const [file = '', ...args] = step.command.split(' ')
  const child = spawn(file, args, {
    cwd: root,
    env: {
      NODE_COMPILE_CACHE: COMPILED,
      ...process.env,
      ...step.env,
      PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
    },
    stdio: ['ignore', verbose ? 'inherit' : 'pipe', verbose ? 'inherit' : 'pipe'],
    timeout: STEP_TIMEOUT_MS,
  })
  let output = ''
  const collect = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ok: false, output: `${output}${error.message}\n` }))
    child.on('close', (code, signal) => {
      const ending = signal === null ? '' : `\nEnded by ${signal}.\n`
      resolve({ ok: code === 0, output: output + ending })
    })
  })
}

function judge(step: Step, ok: boolean): Tally {
  const alone = { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
  if (step.report === undefined) return alone
  const path = join(root, step.report)
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0 }
  const report = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>
  const failed = report['numFailedTests'] ?? 0
  return {
    passed: report['numPassedTests'] ?? 0,
    // A file that cannot be loaded and an unhandled rejection fail the run without failing a test.
    failed: failed === 0 ? alone.failed : failed,
    skipped: (report['numPendingTests'] ?? 0) + (report['numTodoTests'] ?? 0),
  }
}

function printLine(line: { step: Step; ok: boolean; elapsedMs: number; note: string }): void {
  const mark = line.ok ? styleText('green', '✓') : styleText('red', '✗')
  const seconds = (line.elapsedMs / 1000).toFixed(1).padStart(6)
  console.log(`${mark} ${line.step.name.padEnd(14)} ${seconds} s  ${line.note}`.trimEnd())
}

function describe({ passed, failed, skipped }: Tally): string {
  return [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`]
    .filter(Boolean)
    .join(', ')
}

function add(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}
