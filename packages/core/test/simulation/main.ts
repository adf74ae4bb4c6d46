/**
 * Plays seeds: `pnpm simulate [--seeds 1000] [--from 0]`; one with all that happened: `pnpm simulate --seed 42`. With
 * `--small` all bounds of the engine are met all the time. `--rules` shows that it is noticed when a rule is missing.
 *
 * A copy of the sources with changes runs this program too, outside of the repository: so what makes copies is imported
 * when it is needed.
 */
import { parseArgs } from 'node:util'
import { simulate } from './simulate.ts'
import { SMALL_BOUNDS } from './rules.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    'keep-going': { type: 'boolean', default: false },
    rules: { type: 'boolean', default: false },
    only: { type: 'string' },
    small: { type: 'boolean', default: false },
  },
})

if (values.rules) await playRules()
else if (values.small) await playSmall()
else await playSeeds()

async function playSeeds(): Promise<void> {
  const from = Number(values.seed ?? values.from)
  const to = values.seed === undefined ? from + Number(values.seeds) : from + 1
  let [steps, checks, failures] = [0, 0, 0]
  const startedAt = performance.now()
  for (let seed = from; seed < to; seed++) {
    const outcome = await simulate(seed)
    steps += outcome.steps
    checks += outcome.checks
    if (values.seed !== undefined) console.log(outcome.trace, outcome.climate)
    if (outcome.failure === undefined) continue
    failures++
    console.log(`seed ${seed}, step ${outcome.steps}: ${outcome.failure}`)
    if (!values['keep-going']) break
  }
  const seconds = (performance.now() - startedAt) / 1_000
  console.log(`${steps} steps, ${checks} checks, ${failures} failing seeds in ${seconds.toFixed(1)} s`)
  process.exitCode = failures === 0 ? 0 : 1
}

async function playSmall(): Promise<void> {
  const { play } = await import('./without-rules.ts')
  const failure = await play(
    SMALL_BOUNDS,
    Number(values.seed === undefined ? values.seeds : 1),
    Number(values.seed ?? values.from),
  )
  console.log(failure ?? 'Small bounds cost nothing but misses.')
  process.exitCode = failure === undefined ? 0 : 1
}

async function playRules(): Promise<void> {
  const { playWithoutRules } = await import('./without-rules.ts')
  for await (const { rule, without, caught } of playWithoutRules(Number(values.seeds), values.only)) {
    console.log(`| ${rule} | ${without} | ${caught ?? 'NOT NOTICED'} |`)
    if (caught === undefined) process.exitCode = 1
  }
}
