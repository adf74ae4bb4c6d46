import { expect, test } from 'vitest'
import { Samples } from '../../src/advice/samples.ts'
import type { QueryStats } from '../../src/index.ts'

function statsOf(fingerprint: string, ranMs: number): QueryStats {
  const common = { source: 'database', rowCount: 1, tables: [], ttlMs: 0, reason: 'default' } as const
  return { ...common, fingerprint, waitMs: 5, durationMs: ranMs + 5 }
}

test('the slowest call of each statement is kept, of 300 statements', () => {
  const samples = new Samples()
  const params = [7]
  samples.note('select 1', params, undefined, statsOf('a', 10))
  params[0] = 8
  samples.note('select 2', [8], undefined, statsOf('a', 9))
  expect(samples.of('a')).toMatchObject({ call: { sql: 'select 1', params: [7] }, ranMs: 10 })
  samples.note('select 3', { id: 9 }, undefined, statsOf('a', 11))
  expect(samples.of('a')?.call?.params).toEqual({ id: 9 })
  for (let shape = 0; shape < 400; shape++) samples.note('select 1', [], undefined, statsOf(`shape ${shape}`, 1))
  expect([samples.of('shape 298'), samples.of('shape 299')]).toMatchObject([{ ranMs: 1 }, undefined])
})

test('of a call that is too large its statement alone is known', () => {
  const large = 'x'.repeat(20_001)
  const list = Array.from({ length: 3_000 }, (_, at) => at)
  for (const params of [[large], [[large]], [{ a: { b: large } }], [new Uint8Array(20_001)], [list], { a: large }]) {
    const samples = new Samples()
    samples.note('select ?', params, undefined, statsOf('a', 10))
    expect(samples.of('a')).toEqual({ call: undefined, ranMs: 10 })
    samples.note('select ?', [null, undefined, 7, 7n, true, new Date(0)], undefined, statsOf('a', 11))
    expect(samples.of('a')?.call?.params).toHaveLength(6)
  }
})
