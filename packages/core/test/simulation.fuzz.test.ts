/**
 * Several processes with the real engine over a simulated network, shared server and clocks: see `simulation/`. A seed
 * is one history, and everything in it is judged as it happens.
 *
 * `SEEDS=1000` plays more of them, `FROM=5000` others; `pnpm simulate --seed …` replays one with all that happened.
 */
import { expect, test } from 'vitest'
import { SMALL_BOUNDS } from './simulation/rules.ts'
import { simulate } from './simulation/simulate.ts'
import { play } from './simulation/without-rules.ts'

const { SEEDS = '120', FROM = '0' } = process.env
const CHUNK = 20

const chunks = Array.from({ length: Math.ceil(Number(SEEDS) / CHUNK) }, (_, chunk) => Number(FROM) + chunk * CHUNK)

test.each(chunks)(
  'P1 to P5, P16: nothing outdated is answered or stored, whatever fails and in whatever order (seeds from %i)',
  async (from) => {
    let steps = 0
    let checks = 0
    for (let seed = from; seed < from + CHUNK; seed++) {
      const outcome = await simulate(seed)
      if (outcome.failure !== undefined) {
        throw new Error(`${outcome.failure}\nReplay it by \`pnpm simulate --seed ${seed}\`.`)
      }
      steps += outcome.steps
      checks += outcome.checks
    }
    expect(steps).toBeGreaterThan(CHUNK * 1_000)
    expect(checks).toBeGreaterThan(CHUNK * 50)
  },
  120_000,
)

test('bounds that are met all the time cost misses and nothing else', async () => {
  expect(await play(SMALL_BOUNDS, { seeds: Math.ceil(Number(SEEDS) / 4), from: Number(FROM) })).toBeUndefined()
}, 120_000)

test('a seed is one history: it plays the same way each time', async () => {
  const [one, other] = [await simulate(7), await simulate(7)]
  expect(other.trace).toBe(one.trace)
  expect(one.steps).toBeGreaterThan(1_000)
})
