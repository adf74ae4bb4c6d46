import { expect, it } from 'vitest'
import { runNode } from '../run-node.ts'

it('A program that waits for a policy does not end before it', { timeout: 60_000 }, async () => {
  const { code, output } = await runNode(['test/process/waiting.ts'])
  expect(output.trim().split('\n').at(-1)).toBe('END')
  expect(code).toBe(0)
})

it('A program ends by itself where nobody waits for a policy', { timeout: 60_000 }, async () => {
  expect(await runNode(['test/process/idle.ts'])).toEqual({ code: 0, output: 'END\n' })
})
