/**
 * Takes each rule of `rules.ts` away in a copy of the sources, and shows that the simulation notices:
 * `pnpm simulate --rules`, of which `--seeds 3000` is the patience per rule and `--only 7` names one.
 */
import { execFile } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { replaceMarked } from '../../../../scripts/marks.ts'
import { type Changes, RULES } from './rules.ts'

const home = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
/** For each seed: a second is usual, so that a busy machine cuts none off, and only what hangs is. */
const TIMEOUT_MS = 10_000

/** What became of one rule. */
export interface Verdict {
  readonly rule: string
  readonly without: string
  /** What the simulation said, or `undefined` when it noticed nothing. */
  readonly caught: string | undefined
}

/** Plays seeds without each rule, one after the other. */
export async function* playWithoutRules(seeds: number, only?: string): AsyncGenerator<Verdict> {
  for (const { rule, without, changes, covered } of RULES) {
    if (only !== undefined && rule !== only) continue
    if (covered === undefined) {
      yield { rule, without, caught: await playInTime(changes, seeds) }
      continue
    }
    const alone = await play(changes, Math.min(seeds, 300))
    if (alone !== undefined) throw new Error(`\`${without}\` was not meant to be noticed alone: ${alone}`)
    yield {
      rule,
      without: `${without} (covered: ${covered.by}; both away)`,
      caught: await playInTime({ ...changes, ...covered.changes }, seeds),
    }
  }
}

async function playInTime(changes: Changes, seeds: number): Promise<string | undefined> {
  try {
    return await play(changes, seeds)
  } catch (error) {
    if (error instanceof OutOfTimeError) return undefined
    throw error
  }
}

class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError'
}

/** What the simulation says of the sources with changes; `undefined` when it notices nothing. */
export async function play(changes: Changes, seeds: number, from = 0): Promise<string | undefined> {
  const copy = mkdtempSync(join(tmpdir(), 'simulation-'))
  try {
    for (const part of ['src', 'test/core.ts', 'test/simulation', 'package.json'])
      cpSync(join(home, part), join(copy, part), { recursive: true })
    symlinkSync(join(home, 'node_modules'), join(copy, 'node_modules'))
    apply(copy, changes)
    const program = [join(copy, 'test/simulation/main.ts'), '--seeds', String(seeds), '--from', String(from)]
    return await run(program, 60_000 + seeds * TIMEOUT_MS)
  } finally {
    rmSync(copy, { recursive: true })
  }
}

function apply(copy: string, changes: Changes): void {
  const instead = new Map(Object.entries(changes))
  for (const file of globSync('{src,test}/**/*.ts', { cwd: copy })) {
    const path = join(copy, file)
    writeFileSync(path, replaceMarked(readFileSync(path, 'utf8'), instead))
  }
}

function run(program: readonly string[], timeout: number): Promise<string | undefined> {
  const options = ['--conditions=@hotpath/source', ...program]
  return new Promise((resolve, reject) => {
    execFile(process.execPath, options, { timeout }, (error, stdout, stderr) => {
      if (error === null) return resolve(undefined)
      const failure = /^seed .*$/m.exec(stdout)?.[0]
      if (failure !== undefined) resolve(failure)
      else if (error.killed === true) reject(new OutOfTimeError())
      else reject(new Error(`The simulation broke down: ${stderr.slice(0, 2_000)}`, { cause: error }))
    })
  })
}
