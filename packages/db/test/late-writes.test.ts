/** Writes whose outcome is not known, on virtual time. */
import { createFakeClock, flush } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import type { Lender, Lent } from '../src/connections/lender.ts'
import { Changes } from '../src/write/changes.ts'
import type { Invalidations } from '../src/write/invalidations.ts'
import { LateWrites } from '../src/write/late-writes.ts'

/** Follows a write on a server that says each time whether it still runs; `undefined`: it cannot be asked. */
function follow(says: () => boolean | undefined, { isPooled = false, isEmbedded = false } = {}) {
  const clock = createFakeClock()
  const counts = { appended: 0, asked: 0 }
  const lentTo = (run: () => Promise<unknown>): Lent =>
    ({
      connection: { isEmbedded, serverProcess: 7, run },
      profile: { isPooled },
      release: () => {},
    }) as unknown as Lent
  const ask = async (): Promise<unknown> => {
    counts.asked++
    const said = says()
    if (said === undefined) throw new Error('away')
    return { rows: said ? [[1]] : [] }
  }
  const lateWrites = new LateWrites({
    clock,
    dialect: 'postgres',
    lender: { take: async () => lentTo(ask) } as unknown as Lender,
    invalidations: { append: async () => void counts.appended++ } as unknown as Invalidations,
  })
  const changes = new Changes()
  changes.addTags(['table:a'])
  lateWrites.follow(lentTo(ask), changes)
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50)
      await flush()
    }
  }
  return { counts, pass, lateWrites, clock }
}

test('what it changed is invalidated once more when it has ended, within a second', async () => {
  let isRunning = true
  const { counts, pass } = follow(() => isRunning)
  await pass(60_000)
  expect(counts.appended).toBe(0)
  isRunning = false
  await pass(1_000)
  expect(counts.appended).toBe(1)
  const { asked } = counts
  await pass(10_000)
  expect(counts).toEqual({ appended: 1, asked })
})

test('where nobody can be asked it is invalidated each second, for a minute', async () => {
  for (const { counts, pass } of [follow(() => undefined), follow(() => false, { isPooled: true })]) {
    await pass(5_000)
    expect(counts.appended).toBeGreaterThanOrEqual(5)
    await pass(60_000)
    const { appended } = counts
    expect(appended).toBeLessThan(80)
    await pass(60_000)
    expect(counts.appended).toBe(appended)
  }
})

test('an embedded database has ended what it reports', async () => {
  const { counts, pass } = follow(() => true, { isEmbedded: true })
  await pass(5_000)
  expect(counts).toEqual({ appended: 0, asked: 0 })
})

test('nothing is asked after `close`', async () => {
  const { counts, pass, lateWrites } = follow(() => true)
  await pass(200)
  lateWrites.close()
  const { asked } = counts
  await pass(5_000)
  expect(counts.asked).toBe(asked)
})
