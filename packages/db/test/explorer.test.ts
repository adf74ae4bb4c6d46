import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createScheduler, exhaust } from '@hotpath/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createQueryOptimizer } from '../src/index.ts'
import { Counter, type Making, type Plot } from './explorer/scenario.ts'
import { type Replacement, without } from './explorer/without.ts'

let folder: string
let counter: Counter
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hotpath-explorer-'))
  counter = new Counter(join(folder, 'counter.db'))
})
afterAll(() => {
  counter.close()
  rmSync(folder, { recursive: true })
})

const PLOTS: readonly Plot[] = [
  { readers: 2, writers: ['statement', 'statement'] },
  { readers: 2, writers: ['commit', 'statement'] },
  { readers: 2, writers: ['commit', 'rollback'] },
  { readers: 2, writers: ['lost', 'statement'] },
]

/** In how many schedules the cache was wrong at the end, or a writer missed its own write. */
async function wrongSchedules(make: Making, seeds: number): Promise<number> {
  let wrong = 0
  for (const plot of PLOTS) {
    for (let seed = 0; seed < seeds; seed++) {
      const { isStale, isTrusted } = await counter.play(make, createScheduler({ seed }), plot)
      if (isStale || !isTrusted) wrong++
    }
  }
  return wrong
}

test('no order of a reader and a writer is stale', async () => {
  for (const writer of ['statement', 'commit', 'rollback', 'lost'] as const) {
    const { orders } = await exhaust(
      async (scheduler) => {
        const seen = await counter.play(createQueryOptimizer, scheduler, { readers: 1, writers: [writer] })
        expect(seen).toEqual({ isStale: false, isTrusted: true })
      },
      { maxOrders: 400 },
    )
    expect(orders).toBeGreaterThan(20)
  }
}, 120_000)

test('no order of two readers and two writers, of those drawn, is stale', async () => {
  expect(await wrongSchedules(createQueryOptimizer, 250)).toBe(0)
}, 120_000)

const SAFEGUARDS: Readonly<Record<string, readonly Replacement[]>> = {
  'the position is noted before the query': [
    {
      file: 'read/cached-reads.ts',
      from: 'return this.#of.cache.getOrSet(read.key, load, new ReadTerms(read, served, refresh))',
      to: `const all = this.#of.cache as any
    const none = { skip() {}, setTtl() {} } as any
    const { tags } = new ReadTerms(read, served, refresh)
    return (async () => {
      let stored = await all.get(read.key)
      if (stored === undefined) await all.set(read.key, (stored = await load(none)), { tags })
      return stored
    })()`,
    },
  ],
  'a write is invalidated after it has run': [
    {
      file: 'write/uncached-statements.ts',
      from: 'result = await runner.runAndRelease(',
      to: 'await append(changes); result = await runner.runAndRelease(',
    },
    {
      file: 'write/uncached-statements.ts',
      from: 'const token = await append(changes)',
      to: 'const token = undefined',
    },
  ],
  'a transaction is invalidated after its commit': [
    {
      file: 'transaction/transaction-end.ts',
      from: "result = await connection.run('commit', [])",
      to: "await append(tx.changes); result = await connection.run('commit', [])",
    },
    {
      file: 'transaction/transaction-end.ts',
      from: 'const token = await append(tx.changes)',
      to: 'const token = undefined',
    },
  ],
  'a commit whose outcome is not known invalidates': [
    {
      file: 'transaction/transaction-end.ts',
      from: 'if (!isUndone || isPermanent) await',
      to: 'if (isPermanent) await',
    },
  ],
}

describe('there are stale orders unless', () => {
  test.each(Object.keys(SAFEGUARDS))(
    '%s',
    async (name) => {
      const wrong = await without(SAFEGUARDS[name] as Replacement[], (make) => wrongSchedules(make, 60))
      expect(wrong).toBeGreaterThan(0)
    },
    120_000,
  )
})
