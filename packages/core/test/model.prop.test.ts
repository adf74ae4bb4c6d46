/**
 * Random sequences of operations, interleaved step by step with time and with loaders that succeed, fail and are left,
 * against a reference that tells the same in the simplest way. Compared after each step: every answer, which loads run,
 * what is stored, and the stats.
 *
 * fast-check prints the seed and path of a failure, shrunk; `FC_SEED=… FC_PATH=…` replays it.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { steps } from './model/steps.ts'
import { World } from './model/world.ts'

const { FC_SEED, FC_PATH } = process.env

test('P1, P2, P7, P8, P9, P12, P13: the cache does what the reference does, whatever the order', async () => {
  let operations = 0
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 60, size: 'max' }), async (sequence) => {
      const world = new World()
      for (const step of sequence) {
        operations++
        await step(world)
        await world.compare()
      }
      await world.end()
    }),
    {
      numRuns: 500,
      ...(FC_SEED !== undefined && { seed: Number(FC_SEED) }),
      ...(FC_PATH !== undefined && { path: FC_PATH }),
    },
  )
  // A replay runs one sequence.
  if (FC_SEED === undefined) expect(operations).toBeGreaterThan(10_000)
}, 120_000)
