import { expect, it } from 'vitest'
import { runNode } from '../run-node.ts'
import { SCENARIOS, SCENARIOS_OF_CLOCKS } from './scenarios.ts'

const BOTH = Object.keys({ ...SCENARIOS, ...SCENARIOS_OF_CLOCKS })

it('Policies work under the timers of node:test', { timeout: 60_000 }, async () => {
  const { code, output } = await runNode(['--test', '--test-reporter=tap', 'test/timers/node-test.ts'])
  expect(output).not.toMatch(/^\s*not ok/m)
  expect(output).toContain(`# pass ${BOTH.length * 2 + Object.keys(SCENARIOS).length}`)
  expect(code).toBe(0)
})

it('Policies work under the timers of Jest', { timeout: 60_000 }, async () => {
  expect(await runNode(['test/timers/jest.ts'])).toEqual({
    code: 0,
    output: BOTH.map((name) => `${name}: ok\n`).join(''),
  })
})
