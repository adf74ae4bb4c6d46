/**
 * Takes each rule of `rules.ts` away in a copy of the sources, and shows that the simulation notices:
 * `pnpm simulate --rules`, of which `--seeds 3000` and `--seconds 240` are the patience per rule and `--only 7` names one, or
 * `--only gap` by what happens without it.
 */
import { execFile } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { replaceMarked } from '../../../../scripts/marks.ts'
import { type Changes, RULES, type Rule } from './rules.ts'

const home = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
/** What a seed may take when the machine is busy: a second is usual. */
const SEED_MS = 10_000
/** A covered rule is played alone as well, and must not be noticed. */
const SEEDS_ALONE = 100

/** How long to look for a failure. */
export interface Patience {
  readonly seeds: number
  readonly from?: number
  readonly seconds?: number | undefined
  /** What the rule is called in whose climate is played. */
  readonly climate?: string
}

/** What became of one rule. */
export interface Verdict {
  readonly rule: string
  readonly without: string
  /** What the simulation said, or `undefined` when it noticed nothing. */
  readonly caught: string | undefined
  readonly seconds: number
}

/** Plays seeds without each rule, as many rules at once as the machine has processors. */
export async function* playWithoutRules(patience: Patience, only?: string): AsyncGenerator<Verdict> {
  const rules = RULES.filter(
    ({ rule, without }) => only === undefined || rule === only || without.includes(only),
  ).values()
  const running = new Map<Rule, Promise<readonly [Rule, Verdict]>>()
  const begin = (): void => {
    const { value: rule } = rules.next()
    if (rule !== undefined)
      running.set(
        rule,
        judge(rule, patience).then((verdict) => [rule, verdict] as const),
      )
  }
  for (let count = availableParallelism(); count > 0; count--) begin()
  while (running.size > 0) {
    const [rule, verdict] = await Promise.race(running.values())
    running.delete(rule)
    begin()
    yield verdict
  }
}

async function judge({ rule, without, changes, covered }: Rule, patience: Patience): Promise<Verdict> {
  const startedAt = performance.now()
  let shown = without
  if (covered !== undefined) {
    const alone = await play(changes, { ...patience, seeds: Math.min(patience.seeds, SEEDS_ALONE) })
    if (alone !== undefined) throw new Error(`\`${without}\` was not meant to be noticed alone: ${alone}`)
    shown += ` (covered: ${covered.by}; both away)`
  }
  const caught = await play({ ...changes, ...covered?.changes }, { ...patience, climate: without })
  return { rule, without: shown, caught, seconds: (performance.now() - startedAt) / 1_000 }
}

/** What the simulation says of the sources with changes; `undefined` when it notices nothing. */
export async function play(
  changes: Changes,
  { seeds, from = 0, seconds, climate }: Patience,
): Promise<string | undefined> {
  const copy = mkdtempSync(join(tmpdir(), 'simulation-'))
  try {
    for (const part of ['src', 'test/core.ts', 'test/simulation', 'package.json'])
      cpSync(join(home, part), join(copy, part), { recursive: true })
    symlinkSync(join(home, 'node_modules'), join(copy, 'node_modules'))
    apply(copy, changes)
    const program = [join(copy, 'test/simulation/main.ts'), '--seeds', String(seeds), '--from', String(from)]
    if (seconds !== undefined) program.push('--seconds', String(seconds))
    if (climate !== undefined) program.push('--climate', climate)
    return await run(program, 60_000 + Math.min(seeds * SEED_MS, (seconds ?? Infinity) * 1_000))
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
      else if (error.killed === true) reject(new Error('A seed hangs: the simulation was stopped.', { cause: error }))
      else reject(new Error(`The simulation broke down: ${stderr.slice(0, 2_000)}`, { cause: error }))
    })
  })
}
