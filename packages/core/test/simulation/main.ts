/**
 * Plays seeds: `pnpm simulate [--seeds 1000] [--from 0]`; one with all that happened: `pnpm simulate --seed 42`. With
 * `--small` all bounds of the engine are met all the time, `--climate` names the rule in whose climate is played. `--rules` shows that it is noticed when a rule is missing.
 *
 * A copy of the sources with changes runs this program too, outside of the repository: so what makes copies is imported
 * when it is needed.
 */
import { parseArgs } from 'node:util'
import { simulate } from './simulate.ts'
import { RULES, SMALL_BOUNDS } from './rules.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    'keep-going': { type: 'boolean', default: false },
    rules: { type: 'boolean', default: false },
    only: { type: 'string' },
    seconds: { type: 'string' },
    climate: { type: 'string' },
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
  const { climate } = RULES.find(({ without }) => without === values.climate) ?? {}
  const startedAt = performance.now()
  const isOver = (): boolean => performance.now() - startedAt > Number(values.seconds ?? Infinity) * 1_000
  for (let seed = from; seed < to && !isOver(); seed++) {
    const outcome = await simulate(seed, climate)
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
  const { seed, seeds, from, seconds } = values
  const failure = await play(SMALL_BOUNDS, {
    seeds: Number(seed === undefined ? seeds : 1),
    from: Number(seed ?? from),
    seconds: seconds === undefined ? undefined : Number(seconds),
  })
  console.log(failure ?? 'Small bounds cost nothing but misses.')
  process.exitCode = failure === undefined ? 0 : 1
}

async function playRules(): Promise<void> {
  const { playWithoutRules } = await import('./without-rules.ts')
  const { seeds, from, seconds = '240', only } = values
  const startedAt = performance.now()
  console.log('| rule | without it | noticed by | seconds |\n| --- | --- | --- | --- |')
  const patience = { seeds: Number(seeds), from: Number(from), seconds: Number(seconds) }
  for await (const { rule, without, caught, seconds: taken } of playWithoutRules(patience, only)) {
    console.log(`| ${rule} | ${without} | ${caught ?? 'NOT NOTICED'} | ${taken.toFixed(0)} |`)
    if (caught === undefined) process.exitCode = 1
  }
  console.log(`All took ${((performance.now() - startedAt) / 1_000).toFixed(0)} s.`)
}
