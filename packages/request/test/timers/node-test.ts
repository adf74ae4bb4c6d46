/** Run by `node --test`: its `mock.timers` moves timers, `Date` if asked to, and never `performance`. */
import { describe, it, mock } from 'node:test'
import { SCENARIOS, SCENARIOS_OF_CLOCKS } from './scenarios.ts'

const time = { advance: (ms: number): void => mock.timers.tick(ms) }

for (const [apis, scenarios] of [
  [undefined, { ...SCENARIOS, ...SCENARIOS_OF_CLOCKS }],
  [['setTimeout', 'Date'], { ...SCENARIOS, ...SCENARIOS_OF_CLOCKS }],
  [['setTimeout'], SCENARIOS],
] as const) {
  describe(`under mock.timers of ${apis?.join() ?? 'everything'}`, () => {
    for (const [name, run] of Object.entries(scenarios)) {
      it(name, { timeout: 20_000 }, async () => {
        mock.timers.enable(apis === undefined ? undefined : { apis: [...apis] })
        try {
          await run(time)
        } finally {
          mock.timers.reset()
        }
      })
    }
  })
}
