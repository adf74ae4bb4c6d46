/** Run as a program: Jest replaces `process.nextTick` and `queueMicrotask`, too, which the runner of a test may need. */
import { ModernFakeTimers } from '@jest/fake-timers'
import { SCENARIOS, SCENARIOS_OF_CLOCKS } from './scenarios.ts'

const timers = new ModernFakeTimers({ config: { fakeTimers: {} } as never, global: globalThis })
for (const [name, run] of Object.entries({ ...SCENARIOS, ...SCENARIOS_OF_CLOCKS })) {
  timers.useFakeTimers({})
  // Kept alive by a timer of the platform, since those of a test hold nothing.
  const result = await run({ advance: (ms) => timers.advanceTimersByTime(ms) }).then(
    () => 'ok',
    (error: unknown) => `failed: ${String(error)}`,
  )
  timers.useRealTimers()
  console.log(`${name}: ${result}`)
}
